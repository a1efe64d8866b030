"""Nuk erdhi FNP? Where the SMS is, told on the page of its code and to the look that the page takes by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.models import Company, User
from auth_flow import deliveries, fnp
from auth_flow.models import FnpChallenge, LoginAttempt, SmsMessage
from auth_flow.sms import health
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def challenge(client: Client, user: User, company: Company) -> FnpChallenge:
    """Its page is open in `client`."""
    steps.browse_to_code(client, user, company)
    return steps.challenge_of(LoginAttempt.objects.get(user=user))


def sms(challenge: FnpChallenge, status: str, **changes: Any) -> None:
    moment = clock.machine() if status in {"sent", "delivered"} else None
    SmsMessage.objects.filter(challenge=challenge).update(status=status, sent_at=moment, **changes)


def look(challenge: FnpChallenge, client: Client | None = None) -> Any:
    """The look that the page takes: a ticket and no cookie."""
    ticket = deliveries.delivery(challenge, clock.machine()).ticket
    return (client or Client()).get(reverse("auth_flow:login_delivery"), {"ticket": ticket})


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("queued", "në radhë"),
        ("sent", "u dërgua"),
        ("delivered", "u dorëzua"),
        ("failed", "dështoi"),
        ("expired", "nuk u dërgua në kohë"),
    ],
)
def test_page_and_look_say_where_it_is(client: Client, challenge: FnpChallenge, status: str, words: str) -> None:
    sms(challenge, status)

    assert client.get("/login/code/").content.decode().count(words) >= 2, "above the form and beside the three checks"
    assert words in look(challenge).content.decode()


def test_what_went_wrong_is_told_in_words(client: Client, challenge: FnpChallenge) -> None:
    sms(challenge, "failed", error_code="30003", error_words="Celulari është i fikur ose jashtë mbulimit")

    page = client.get("/login/code/").content.decode()

    assert "Celulari është i fikur ose jashtë mbulimit" in page
    assert "30003" not in page
    assert '<details class="help" open>' in page


def test_a_service_that_is_disturbed_is_told_with_the_phone(
    client: Client, challenge: FnpChallenge, settings: Any
) -> None:
    for _time in range(settings.SMS_DISTURBED_AFTER):
        health.count_failure(settings.SMS_GATEWAY, clock.machine())

    page = client.get("/login/code/").content.decode()

    assert f"Shërbimi SMS ka një pengesë. Telefononi {settings.BANK['phone_display']}" in page
    sms(challenge, "delivered")
    assert "Shërbimi SMS ka një pengesë" not in look(challenge).content.decode(), "hers arrived all the same"


def test_the_state_can_be_looked_at_again_without_a_script(client: Client, challenge: FnpChallenge) -> None:
    assert '<a class="nowrap" href="?">Shiko përsëri gjendjen</a>' in client.get("/login/code/").content.decode()


def test_a_look_is_a_small_fragment_that_nobody_keeps(challenge: FnpChallenge) -> None:
    answer = look(challenge)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "<html" not in answer.content.decode()
    assert answer.cookies == {}


def test_a_look_says_when_there_is_nothing_more_to_wait_for(challenge: FnpChallenge) -> None:
    sms(challenge, "sent")
    assert "data-final" not in look(challenge).content.decode()

    sms(challenge, "delivered")
    assert "data-final" in look(challenge).content.decode()


@pytest.mark.parametrize("end", ["expires_at", "voided_at"])
def test_a_code_that_is_over_is_not_waited_for(challenge: FnpChallenge, end: str) -> None:
    late = clock.machine() + timedelta(minutes=4) if end == "expires_at" else clock.machine()
    challenge.voided_at = late if end == "voided_at" else None

    assert not deliveries.delivery(challenge, late).may_change


def test_a_look_writes_nothing_and_counts_as_nothing(client: Client, challenge: FnpChallenge) -> None:
    before = LoginAttempt.objects.values().get(id=challenge.attempt_id)

    with CaptureQueriesContext(connection) as queries:
        look(challenge, client)

    assert not [query for query in queries if not query["sql"].startswith("SELECT")]
    assert LoginAttempt.objects.values().get(id=challenge.attempt_id) == before
    assert FnpChallenge.objects.get(id=challenge.id).attempts == 0


# Named, for a ticket holds the moment at which it was signed: two workers would collect two different tests.
@pytest.mark.parametrize(
    "ticket",
    ["", "x", "x:y:z", signing.dumps("not-ours", salt="another")],
    ids=["none", "a letter", "three parts", "signed elsewhere"],
)
def test_without_a_ticket_of_ours_there_is_nothing_to_see(ticket: str) -> None:
    assert Client().get(reverse("auth_flow:login_delivery"), {"ticket": ticket}).status_code == 404


def test_a_ticket_holds_no_phone_and_ends_by_itself(challenge: FnpChallenge, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = deliveries.delivery(challenge, clock.machine()).ticket
    assert signing.loads(ticket, salt=deliveries._SALT) == str(challenge.id)

    later = clock.machine().timestamp() + 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    with pytest.raises(deliveries.NoSuchTicket):
        deliveries.challenge_of(ticket)


# --- Provoni përsëri -------------------------------------------------------------------------------------------------


def test_starting_again_leads_to_step_one_and_voids_the_code(client: Client, challenge: FnpChallenge) -> None:
    response = client.post("/login/restart/")

    assert response.headers["Location"] == "/login/"
    assert client.cookies["attempt"].value == ""
    assert FnpChallenge.objects.get(id=challenge.id).voided_at
    assert client.get("/login/code/").headers["Location"] == "/login/"


def test_the_code_of_before_opens_nothing_afterwards(
    client: Client, challenge: FnpChallenge, user: User, company: Company
) -> None:
    cookie = client.cookies["attempt"].value
    client.post("/login/restart/")
    client.cookies["attempt"] = cookie

    client.post("/login/code/", {"code": fnp.derive(challenge)})

    assert client.get("/personalisation/").headers["Location"] == "/login/"
    assert steps.browse_in(client, user, company).headers["Location"] == "/"


def test_the_word_goes_once_and_takes_a_post(client: Client, challenge: FnpChallenge) -> None:
    assert client.get("/login/restart/").status_code == 405
    client.post("/login/restart/")

    assert client.post("/login/restart/").headers["Location"] == "/login/"
    assert FnpChallenge.objects.filter(voided_at=None).count() == 0


def test_a_stranger_starts_again_like_anybody() -> None:
    answer = Client().post("/login/restart/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/")


def test_a_session_is_not_given_up_this_way(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)

    client.post("/login/restart/")

    assert client.get("/personalisation/").status_code == 200


# --- The page on which orders are signed -----------------------------------------------------------------------------


def test_the_signing_page_tells_it_too(signed_in: Callable[[User], Client]) -> None:
    company = builders.company()
    account = builders.funded(company, 1_000_000_00)
    user = builders.user(company, prepares=True, signs=True)
    order = builders.draft(builders.mandate_of(user), account)
    browser = signed_in(user)
    browser.post(reverse("payments:review", args=[order.pk]), {"version": order.version})
    sms(FnpChallenge.objects.filter(user=user).latest("created_at"), "failed", error_words="Numri nuk arrihet")

    page = browser.get(reverse("payments:sign", args=[order.pk])).content.decode()

    assert page.count("Numri nuk arrihet") == 2
    assert "Shiko përsëri gjendjen" in page
    assert "data-delivery=" in page


def test_a_look_from_a_session_keeps_it_no_longer_alive(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    challenge = FnpChallenge.objects.get(user=user)
    seen = clock.machine() - timedelta(seconds=200)
    LoginAttempt.objects.filter(user=user).update(last_seen_at=seen)

    assert look(challenge).status_code == 200

    assert LoginAttempt.objects.get(user=user).last_seen_at == seen

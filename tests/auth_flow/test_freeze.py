"""Ngrirja e hyrjes: who may shut an access, what that stops, and who alone opens it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow import blocks, browsers, fnp, lockout, login, sessions
from auth_flow.models import (
    AccessBlock,
    FailureCounter,
    FnpChallenge,
    KnownBrowser,
    LoginAttempt,
    SecurityCase,
    SmsMessage,
)
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

PAGE = "/security/freeze/"
WRONG = "Gabim-2026-x"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def typed(user: User, company: Company, password: str = builders.PASSWORD) -> dict[str, str]:
    return {"customer_number": user.username, "nipt": company.nipt, "password": password}


def answer(response: Any) -> tuple[object, ...]:
    templates = sorted(t.name for t in getattr(response, "templates", []) if t.name)
    return response.status_code, response.headers.get("Location", ""), templates, sorted(response.cookies)


def test_her_password_shuts_her_access(client: Client, user: User, company: Company) -> None:
    page = client.post(PAGE, typed(user, company))

    block = AccessBlock.objects.get(user=user, lifted_at=None)
    assert block.kind == AccessBlock.Kind.FREEZE
    assert block.reference in page.content.decode()
    assert SecurityCase.objects.get(user=user).reference == block.reference
    assert Notice.objects.filter(user=user, kind=blocks.FROZEN).exists()
    assert AuditEvent.objects.filter(event=blocks.FROZEN, outcome="done", subject=f"user:{user.pk}").exists()
    assert not SmsMessage.objects.filter(to=user.person.phone).exists(), "the phone is in somebody else's hand"


def test_every_session_ends_and_every_code_is_void(client: Client, user: User, company: Company, now: datetime) -> None:
    steps.browse_in(client, user, company)
    session = LoginAttempt.objects.get(user=user)
    code = fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"x", sms=f"FNP {fnp.MARK}", attempt=session, at=now)

    Client().post(PAGE, typed(user, company))

    gone = client.get("/personalisation/", follow=True)
    assert gone.redirect_chain == [("/login/", 302)]
    assert "bllokuar ose ngrirë" in gone.content.decode()
    assert FnpChallenge.objects.get(id=code.id).void_reason == FnpChallenge.Voided.FROZEN
    assert not KnownBrowser.objects.filter(user=user, revoked_at=None).exists()


def test_while_it_stands_there_is_no_code_no_signature_and_no_session(
    user: User, company: Company, now: datetime
) -> None:
    session = steps.with_session(user, company, at=now)
    challenge = fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"x", sms=f"FNP {fnp.MARK}", attempt=session, at=now)
    AccessBlock.objects.create(user=user, kind="freeze", reference="K7M3P9QX", reason="x", placed_by="x", placed_at=now)

    with pytest.raises(blocks.AccessFrozen):
        fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"y", sms=f"FNP {fnp.MARK}", attempt=session, at=now)
    with pytest.raises(blocks.AccessFrozen):
        fnp.judge(
            challenge_id=challenge.id,
            code=fnp.derive(challenge),
            user=user,
            attempt=session,
            purpose=fnp.PAYMENT,
            at=now,
        )
    assert sessions.touch(session.id, user, at=now) is None
    assert sessions.why_over(session, at=now) == LoginAttempt.Ended.BLOCKED


def test_it_is_told_after_the_right_password_alone(client: Client, user: User, company: Company) -> None:
    client.post(PAGE, typed(user, company))
    reference = AccessBlock.objects.get(user=user).reference
    visitor = Client()
    steps.browse_to_password(visitor, user, company)

    wrong = visitor.post("/login/password/", {"password": WRONG})
    right = visitor.post("/login/password/", {"password": builders.PASSWORD})

    assert wrong.status_code == 200
    assert reference not in wrong.content.decode()
    assert right.status_code == 403
    assert reference in right.content.decode()
    assert FailureCounter.objects.get(identity=lockout.identity_of_user(user)).failures == 1, "tries count"
    assert not FnpChallenge.objects.filter(user=user).exists()


def test_a_sign_in_between_password_and_code_ends_too(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    code = steps.right_code(attempt)
    Client().post(PAGE, typed(user, company))

    with pytest.raises((login.SignInExpired, blocks.AccessFrozen)):
        login.check_code(attempt=attempt, code=code, at=now)


def test_signed_orders_stay_as_they_are(client: Client, at: datetime, clock_at: Callable[[datetime], None]) -> None:
    clock_at(at)
    company = builders.company()
    account = builders.funded(company, 9_000_00)
    user = builders.user(company, prepares=True, signs=True)
    order = builders.submitted(builders.mandate_of(user), account)
    before = PaymentOrder.objects.get(pk=order.pk).status

    page = client.post(PAGE, typed(user, company))

    assert PaymentOrder.objects.get(pk=order.pk).status == before != OrderStatus.CANCELLED
    assert "nënshkruar më parë kryhen" in page.content.decode()


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(user: User, company: Company) -> None:
    known, stranger = Client(), Client()
    number, nipt = steps.stranger_pair()

    for _try in range(6):
        first = known.post(PAGE, typed(user, company, WRONG))
        second = stranger.post(PAGE, {"customer_number": number, "nipt": nipt, "password": WRONG})
        assert answer(first) == answer(second)

    assert first.status_code == 403
    assert not AccessBlock.objects.exists()


def test_its_tries_count_in_the_lane_of_the_sign_in(
    client: Client, user: User, company: Company, now: datetime
) -> None:
    for _try in range(5):
        client.post(PAGE, typed(user, company, WRONG))

    with pytest.raises(lockout.SignInBlocked):
        steps.with_password(user, company, at=now)


def test_the_second_freeze_is_the_first(client: Client, user: User, company: Company) -> None:
    client.post(PAGE, typed(user, company))
    client.post(PAGE, typed(user, company))

    assert AccessBlock.objects.filter(user=user).count() == 1
    assert SecurityCase.objects.filter(user=user).count() == 1


def test_looking_freezes_nothing(client: Client) -> None:
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, {}).status_code == 200
    assert not AccessBlock.objects.exists()


# --- Laws ------------------------------------------------------------------------------------------------------------


def law_of(statement: str, *values: str | int) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(getattr(getattr(refusal.value.__cause__, "diag", None), "constraint_name", ""))


@pytest.fixture
def freeze(user: User, now: datetime) -> AccessBlock:
    return AccessBlock.objects.create(
        user=user, kind="freeze", reference="K7M3P9QX", reason="x", placed_by="user:1", placed_at=now
    )


@pytest.mark.parametrize("proposed", ["", "user:7"])
def test_a_freeze_is_lifted_by_two_people(freeze: AccessBlock, proposed: str) -> None:
    change = "lift_proposed_by = %s, lifted_by = 'user:7', lifted_at = now(), lift_reason = 'x'"

    law = law_of(f"UPDATE auth_flow_accessblock SET {change} WHERE id = %s", proposed, freeze.pk)
    assert law == "a_freeze_is_lifted_by_two_people"


def test_a_proposal_to_lift_stays(freeze: AccessBlock) -> None:
    AccessBlock.objects.filter(pk=freeze.pk).update(lift_proposed_by="user:7")

    law = law_of("UPDATE auth_flow_accessblock SET lift_proposed_by = 'user:8' WHERE id = %s", freeze.pk)
    assert law == "a_proposal_to_lift_stays"


@pytest.mark.parametrize("change", ["lifted_by = 'user:7', lifted_at = now(), lift_reason = 'x',", ""])
def test_a_later_proposal_alone_takes_its_place(freeze: AccessBlock, change: str, now: datetime) -> None:
    AccessBlock.objects.filter(pk=freeze.pk).update(lift_proposed_by="user:7", lift_proposed_at=now)
    step = "+ interval '1 hour'" if change else "- interval '1 second'"

    law = law_of(
        f"UPDATE auth_flow_accessblock SET {change} lift_proposed_by = 'user:8', "
        f"lift_proposed_at = lift_proposed_at {step} WHERE id = %s",
        freeze.pk,
    )
    assert law == "a_proposal_to_lift_stays"


def test_what_ends_an_access_locks_the_ways_in_before_their_codes(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    with CaptureQueriesContext(connection) as queries:
        blocks.see_out(user, at=now)

    written = [query["sql"].split()[1].strip('"') for query in queries if query["sql"].startswith("UPDATE")]
    assert written == ["auth_flow_loginattempt", "auth_flow_fnpchallenge"]
    assert steps.challenge_of(attempt).voided_at == now


@pytest.mark.parametrize(("kind", "lane"), [("freeze", "others"), ("agent", "known"), ("centre", "")])
def test_only_the_rule_of_failures_has_a_lane(user: User, now: datetime, kind: str, lane: str) -> None:
    law = law_of(
        "INSERT INTO auth_flow_accessblock (user_id, kind, lane, reference, reason, placed_by, placed_at, lifted_by, "
        "lift_reason) VALUES (%s, %s, %s, 'K7M3P9QY', 'x', 'x', now(), '', '')",
        user.pk,
        kind,
        lane,
    )
    assert law == "only_the_rule_of_failures_has_a_lane"


def test_one_block_of_a_kind_stands(freeze: AccessBlock, user: User) -> None:
    law = law_of(
        "INSERT INTO auth_flow_accessblock (user_id, kind, lane, reference, reason, placed_by, placed_at, lifted_by, "
        "lift_reason) VALUES (%s, 'freeze', '', 'K7M3P9QY', 'x', 'x', now(), '', '')",
        user.pk,
    )
    assert law == "one_standing_block_per_user_kind_and_lane"


def test_no_browser_is_known_after_a_freeze(client: Client, user: User, company: Company, now: datetime) -> None:
    steps.browse_in(client, user, company)
    Client().post(PAGE, typed(user, company))

    assert browsers.known(client.cookies["browser"].value.split("."), user) is None


def test_looking_at_the_page_freezes_nobody_and_says_so(client: Client) -> None:
    page = client.get(PAGE).content.decode()

    assert 'name="password"' in page
    assert "u ngri" not in page

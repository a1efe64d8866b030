"""Who cannot register: one and the same page before she has proved who she is; what is missing is named after it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import Activation, Agreement, Card, Company, User
from auth_flow import registration
from auth_flow.models import AccessBlock, SecurityCase, SmsMessage
from tests import builders
from tests.auth_flow import doorways, steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return doorways.eligible(company)


def start(client: Client, user: User, company: Company, **changes: str) -> Any:
    return client.post("/register/", doorways.typed(user, company, **changes))


def seen(response: Any) -> tuple[object, ...]:
    """What a stranger could tell two answers apart by, but for tokens and references."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    html = re.sub(r"\b[2-9A-HJKMNP-Z]{8}\b", "REFERENCE", html)
    return response.status_code, response.headers.get("Location", ""), html, sorted(response.cookies)


def case_of(response: Any) -> SecurityCase:
    return SecurityCase.objects.get(reference=response.context["reference"])


def spoil(user: User, company: Company, why: str) -> dict[str, str]:
    """Make her unable to register, for this reason; what she types then."""
    number, nipt = steps.stranger_pair()
    match why:
        case "unknown_pair":
            return {"customer_number": number, "nipt": nipt}
        case "wrong_nipt":
            return {"nipt": builders.company(at=clock.now()).nipt}
        case "wrong_card":
            return {"card_number": "000000"}
        case "wrong_month":
            return {"card_expiry": "10/31"}
        case "ended_card":
            Card.objects.filter(person=user.person).update(status=Card.Status.ENDED)
        case "card_too_old":
            Card.objects.filter(person=user.person).update(expires_on=clock.tirana_day(clock.now()) - timedelta(days=1))
        case "registered_already":
            user.set_password(builders.PASSWORD)
            user.save()
        case "no_phone":
            user.person.phone = ""
            user.person.save()
        case "closed_access":
            user.is_active = False
            user.save()
        case "blocked":
            AccessBlock.objects.create(
                user=user,
                kind=AccessBlock.Kind.FREEZE,
                reference=f"F{builders.unique():07d}",
                reason="x",
                placed_by="x",
                placed_at=clock.machine(),
            )
    return {}


WHY = {
    "wrong_nipt": "unknown_pair",
    "wrong_month": "wrong_card",
    "ended_card": "wrong_card",
    "card_too_old": "wrong_card",
}
REASONS = [
    "unknown_pair",
    "wrong_nipt",
    "wrong_card",
    "wrong_month",
    "ended_card",
    "card_too_old",
    "registered_already",
    "no_phone",
    "closed_access",
    "blocked",
]


@pytest.mark.parametrize("why", REASONS)
def test_every_no_is_one_and_the_same_page(user: User, company: Company, why: str) -> None:
    other = doorways.eligible(builders.company(at=clock.now()))
    plain = start(Client(), other, company, customer_number=steps.stranger_pair()[0])
    changes = spoil(user, company, why)

    response = start(Client(), user, company, **changes)

    assert response.status_code == 403
    assert seen(response) == seen(plain)
    assert case_of(response).why == WHY.get(why, why)
    assert not SmsMessage.objects.filter(challenge__user=user).exists()


@pytest.mark.parametrize("why", REASONS)
def test_every_no_does_the_same_work(user: User, company: Company, why: str) -> None:
    changes = spoil(user, company, why)
    number, nipt = steps.stranger_pair()
    counts = []

    for typed in (changes, {"customer_number": number, "nipt": nipt}):
        with CaptureQueriesContext(connection) as queries:
            start(Client(), user, company, **typed)
        counts.append([query["sql"].split()[0] for query in queries])

    assert counts[0] == counts[1]


def test_five_wrong_cards_block_known_and_unknown_alike(user: User, company: Company) -> None:
    number, nipt = steps.stranger_pair()
    for _try in range(4):
        start(Client(), user, company, card_number="000000")
        start(Client(), user, company, customer_number=number, nipt=nipt)

    known = start(Client(), user, company, card_number="000000")
    unknown = start(Client(), user, company, customer_number=number, nipt=nipt)

    assert "auth_flow/blocked.html" in {template.name for template in known.templates}
    assert seen(known)[0] == seen(unknown)[0] == 403
    assert start(Client(), user, company).status_code == 403, "the right card comes too late"
    assert not SmsMessage.objects.filter(challenge__user=user).exists()


# --- After card and FNP: what is missing is named ------------------------------------------------------------------


@pytest.mark.parametrize("missing", list(registration.MISSING))
def test_what_is_missing_is_named_after_the_code(client: Client, user: User, company: Company, missing: str) -> None:
    yesterday = clock.tirana_day(clock.now()) - timedelta(days=1)
    match missing:
        case "company_not_active":
            Company.objects.filter(pk=company.pk).update(status=Company.Status.CLOSED)
        case "mandate_not_in_force":
            user.mandates.update(valid_until=yesterday)
        case "no_agreement":
            Agreement.objects.filter(company=company).update(valid_until=yesterday)
        case "no_activation":
            Activation.objects.filter(mandate__user=user).delete()

    assert start(client, user, company).headers["Location"] == "/register/code/"
    response = client.post("/register/code/", {"code": doorways.code_of(user)})

    assert response.status_code == 403
    assert str(registration.MISSING[missing]) in response.content.decode()
    assert case_of(response).why == missing
    assert client.get("/register/password/").headers["Location"] == "/register/"

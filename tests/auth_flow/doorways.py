"""Registration and a forgotten password, as a person goes through them: who can, and each step in a browser."""

from datetime import date, datetime
from typing import Any

from django.test import Client

from accounts import clock, enrolment
from accounts.models import Card, Company, User
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from tests import builders

DIGITS = "483920"
MONTH = date(2031, 9, 1)
TYPED_MONTH = "09/31"
NEW = "Kodra-e-diellit-77"


def eligible(company: Company, *, password: str = "", at: datetime | None = None) -> User:
    """Who has everything that registration asks for; with a password she has registered already."""
    at = at or clock.now()
    user = builders.user(company, prepares=True, signs=True, at=at)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
        user.password_changed_at = None
    user.save()
    card(user)
    papers(user, company, at=at)
    return user


def card(user: User, *, digits: str = DIGITS, month: date = MONTH) -> Card:
    assert user.person is not None, "a customer has a person"
    return enrolment.issue_card(
        owner=user.person, card_number_tail=digits, expires_on=month, actor=builders.STAFF, at=clock.now()
    )


def papers(user: User, company: Company, *, at: datetime) -> None:
    """The agreement of the company, once, and the activation of this user's mandate."""
    day = clock.tirana_day(at)
    if not company.agreements.exists():
        enrolment.sign_agreement(
            company=company,
            version="2026-1",
            signed_on=day,
            branch="Tirana 1",
            signatory="Elira Hoxha",
            actor=builders.STAFF,
            at=at,
        )
    enrolment.activate(
        mandate=user.mandates.get(company=company),
        documents_on=day,
        entered_by="user:branch",
        confirmed_by=builders.SECOND.name,
        actor=builders.SECOND,
        at=at,
    )


def typed(user: User, company: Company, **changes: str) -> dict[str, str]:
    """What the first page asks for."""
    return {
        "customer_number": user.username,
        "nipt": company.nipt,
        "card_number": DIGITS,
        "card_expiry": TYPED_MONTH,
        **changes,
    }


def code_of(user: User) -> str:
    return fnp.derive(FnpChallenge.objects.filter(user=user).latest("created_at"))


def to_password(client: Client, way: str, user: User, company: Company) -> Any:
    """Card and FNP have passed; `way` is /register/ or /password/forgot/."""
    client.post(way, typed(user, company))
    return client.post(f"{way}code/", {"code": code_of(user)})


def new_password(text: str = NEW, **more: str) -> dict[str, str]:
    return {"new_password1": text, "new_password2": text, **more}

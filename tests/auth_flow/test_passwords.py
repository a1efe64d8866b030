"""What a new password must be, what happens when it comes into force, and how the list on the page shows it."""

from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts import clock
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow import backends, passwords
from auth_flow.models import LoginAttempt, PasswordRecord, SmsMessage
from auth_flow.sms import gsm7
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

GOOD = "Kodra-e-diellit-77"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company() -> Company:
    return builders.company("ÇAMI NDËRTIM SHPK", at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return builders.user(company, signs=True, at=clock.now())


def broken(new: str, user: User) -> set[str]:
    try:
        passwords.require_allowed(new, user)
    except passwords.PasswordRefused as refusal:
        return set(refusal.broken)
    return set()


def put(
    user: User, new: str, *, through: str = passwords.CHANGE, keep: LoginAttempt | None = None, at: datetime
) -> None:
    with transaction.atomic():
        passwords.set_password(user=user, made=passwords.hashed(new), through=through, keep=keep, at=at)


@pytest.mark.parametrize(
    ("new", "rules"),
    [
        (GOOD, set()),
        ("Kodra ime 77", set()),
        ("çdo-ditë-1-herë", set()),
        ("ëëëëëëëëë7", set()),
        ("9-çajra", {"length"}),
        ("kodra7" * 30, {"length"}),
        ("1234-5678-90", {"letter"}),
        ("pa-asnje-shifer", {"digit"}),
        ("", {"length", "letter", "digit"}),
        ("Shqiperia2026!", {"common"}),
        ("Tirana-2026-1", {"common"}),
        ("q1w2e3r4t5y6", {"common"}),
        ("fjalëkalimi-im-1", {"common", "yours"}),
        ("BKT-e-imja-2026", {"yours"}),
        ("elira-e-kodres-7", {"yours"}),
        ("kodra-hoxha-77", {"yours"}),
        ("Cami-e-kodres-7", {"yours"}),
    ],
)
def test_each_rule_is_told_apart(user: User, new: str, rules: set[str]) -> None:
    assert broken(new, user) == rules


@pytest.mark.parametrize("fact", ["nipt", "customer_number", "phone"])
def test_what_others_know_of_her_is_no_password(user: User, company: Company, fact: str) -> None:
    known = {"nipt": company.nipt.lower(), "customer_number": user.username, "phone": user.person.phone[-9:]}

    assert "yours" in broken(f"x-{known[fact]}-x", user)


def test_one_letter_is_the_same_however_it_was_typed(user: User, now: datetime) -> None:
    put(user, "Kodrë-e-bukur-77", at=now)

    assert broken("Kodre\u0308-e-bukur-77", user) == {"history"}


def test_the_shortest_length_is_a_setting(user: User, settings: Settings) -> None:
    settings.PASSWORD_LENGTH_MIN = 14

    assert broken("Kodra-e-die-7", user) == {"length"}
    assert "14" in str(passwords.rules()[0].sentence)


def test_the_last_ten_are_not_taken_again_and_the_eleventh_is(user: User, now: datetime) -> None:
    old = [f"Kodra-e-diellit-{number}" for number in range(11)]
    for place, password in enumerate(old):
        put(user, password, at=now + timedelta(minutes=place))

    assert broken(old[0], user) == set()
    assert broken(old[1], user) == {"history"}
    assert broken(old[10], user) == {"history"}


def test_a_password_without_a_record_is_not_taken_again_either(user: User) -> None:
    assert not PasswordRecord.objects.filter(user=user).exists()
    assert broken(builders.PASSWORD, user) == {"history"}


def test_a_new_password_ends_every_session_and_every_way_in(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now)
    pending = steps.with_password(user, company, at=now + timedelta(minutes=1))

    put(user, GOOD, at=now + timedelta(minutes=2))

    ended = LoginAttempt.objects.filter(pk__in=[session.pk, pending.pk])
    assert {attempt.end_reason for attempt in ended} == {"changed"}
    assert all(attempt.ended_at for attempt in ended)


def test_the_session_that_asked_goes_on(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now)

    put(user, GOOD, keep=session, at=now)

    session.refresh_from_db()
    assert session.ended_at is None


def test_its_age_is_told_by_the_banks_clock(user: User, now: datetime, clock_at) -> None:
    clock_at(builders.AT)

    put(user, GOOD, at=clock.machine())

    user.refresh_from_db()
    assert user.password_changed_at is not None
    assert abs(user.password_changed_at - builders.AT) < timedelta(minutes=1)
    assert PasswordRecord.objects.get(user=user).password == user.password


def test_its_owner_is_told_by_notice_and_sms_without_any_secret(user: User, now: datetime) -> None:
    put(user, GOOD, at=now)

    notice = Notice.objects.get(user=user)
    sms = SmsMessage.objects.get(to=user.person.phone)
    assert notice.kind == "auth.password.change"
    assert sms.challenge is None
    assert gsm7.fits(sms.body_template)
    for secret in (GOOD, user.password):
        assert secret not in f"{notice.facts} {sms.body_template}"


def test_after_a_reset_the_other_signers_are_told_and_the_limit_is_low(
    company: Company, user: User, now: datetime
) -> None:
    colleague, viewer = builders.user(company, signs=True), builders.user(company)

    put(user, GOOD, through=passwords.RESET, at=now)

    user.refresh_from_db()
    told = set(Notice.objects.filter(kind="auth.password.colleague_reset").values_list("user", flat=True))
    assert told == {colleague.pk}
    assert viewer.pk not in told
    assert user.password_changed_at is not None
    assert user.low_limit_until == user.password_changed_at + timedelta(hours=24)


def test_a_change_lowers_no_limit(user: User, now: datetime) -> None:
    put(user, GOOD, at=now)

    assert user.low_limit_until is None


def test_the_trail_names_the_way_and_no_password(user: User, now: datetime) -> None:
    put(user, GOOD, at=now)

    line = AuditEvent.objects.filter(event="auth.password.set").latest("pk")
    record = bytes(line.record).decode()
    assert '"through":"change"' in record
    assert GOOD not in record
    assert user.password not in record


def test_the_list_is_open_before_and_judged_after() -> None:
    before, after = passwords.rules(), passwords.rules(frozenset({"digit"}))

    assert {rule.state for rule in before} == {"open"}
    assert {rule.name: rule.state for rule in after}["digit"] == "broken"
    assert {rule.name: rule.state for rule in after}["letter"] == "met"
    assert {rule.name: rule.state for rule in after}["history"] == "open", "it was not asked"


def test_no_more_passwords_are_hashed_at_once_than_there_are_places(
    user: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "PATIENCE_SECONDS", 0)

    with ExitStack() as taken:
        for _place in range(settings.PASSWORD_HASHES_AT_ONCE):
            taken.enter_context(backends.a_slot())
        for ask in (lambda: passwords.hashed(GOOD), lambda: passwords.require_allowed(GOOD, user)):
            with pytest.raises(backends.TooBusy):
                ask()


def test_the_texts_of_every_way_fit_one_sms() -> None:
    assert all(gsm7.fits(passwords.sms_text(way, at=builders.AT)) for way in PasswordRecord.Through)

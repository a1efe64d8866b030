"""Banners: placed and ended by staff who may, never changed, and kept by laws that hold around the ORM."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse

from accounts import audit, banners, clock
from accounts.models import AuditEvent, Banner
from accounts.refusals import Refusal
from bkt_portal.staff_roles import ROLES
from tests import builders
from tests.builders import AT, STAFF
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_banner_changelist"
PLACE = "admin:accounts_banner_place"
HOUR = timedelta(hours=1)


def placed(**changes: Any) -> Banner:
    """Works tonight for everybody, from AT on for an hour."""
    plain = {
        "kind": "maintenance",
        "severity": Banner.Severity.INFO,
        "audience": "everybody",
        "text_sq": "Sonte punojmë te portali.",
        "text_en": "We work on the portal tonight.",
        "starts_at": AT,
        "ends_at": AT + HOUR,
    }
    return banners.place(**{**plain, **changes}, actor=STAFF, at=AT)


def run(sql: str, *params: Any, role: str = "") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if role:
            cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(sql, params)


def clerk(*permissions: str) -> Client:
    user = builders.staff(superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return at_the_desk(user)


# --- The verbs --------------------------------------------------------------------------------------------------------


def test_a_banner_leaves_its_words_in_the_trail() -> None:
    banner = placed()

    event = AuditEvent.objects.get(event="bank.banner.placed")
    assert event.subject == f"banner:{banner.pk}"
    assert "Sonte punojmë te portali." in bytes(event.record).decode()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ends_at": AT}, banners.EndsBeforeItStarts),
        ({"starts_at": AT - 2 * HOUR, "ends_at": AT}, banners.AlreadyOver),
        ({"ends_at": AT + timedelta(days=32)}, banners.StandsTooLong),
    ],
)
def test_a_banner_without_sense_is_refused(changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        placed(**changes)


def test_a_banner_is_ended_once() -> None:
    banner = placed()

    banners.end(banner_id=banner.pk, actor=STAFF, at=AT)

    with pytest.raises(banners.EndedBefore):
        banners.end(banner_id=banner.pk, actor=STAFF, at=AT)
    assert AuditEvent.objects.filter(event="bank.banner.ended", outcome=audit.DONE).count() == 1


def test_one_that_is_over_cannot_be_ended() -> None:
    banner = placed()

    with pytest.raises(banners.EndedBefore):
        banners.end(banner_id=banner.pk, actor=STAFF, at=AT + HOUR)


def test_what_stands_and_what_comes_is_found_the_gravest_first() -> None:
    calm, grave = placed(), placed(severity=Banner.Severity.SERIOUS)
    coming = placed(starts_at=AT + HOUR, ends_at=AT + 2 * HOUR)
    banners.end(banner_id=placed().pk, actor=STAFF, at=AT)

    assert list(banners.not_over(AT)) == [grave, calm, coming]
    assert list(banners.not_over(AT + HOUR)) == [coming]


# --- The laws ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("starts_at = ends_at", "banner_stays_as_placed"),
        ("text_sq = 'tjetër'", "banner_stays_as_placed"),
        ("ended_by = 'x'", "banner_is_ended_by_somebody"),
    ],
)
def test_a_banner_stays_as_it_was_placed(change: str, law: str) -> None:
    banner = placed()

    with pytest.raises(IntegrityError, match=law):
        run(f"UPDATE accounts_banner SET {change} WHERE id = %s", banner.pk)


def test_its_end_is_not_written_twice() -> None:
    banner = placed()
    banners.end(banner_id=banner.pk, actor=STAFF, at=AT)

    with pytest.raises(IntegrityError, match="banner_stays_as_placed"):
        run("UPDATE accounts_banner SET ended_at = NULL, ended_by = '' WHERE id = %s", banner.pk)


@pytest.mark.parametrize(
    ("facts", "law"),
    [({"ends_at": AT}, "banner_ends_after_it_starts"), ({"text_en": ""}, "banner_speaks_both_languages")],
)
def test_a_banner_without_sense_does_not_come_in_around_the_verb(facts: dict[str, Any], law: str) -> None:
    plain = {"kind": "notice", "text_sq": "x", "text_en": "x", "starts_at": AT, "ends_at": AT + HOUR}

    with pytest.raises(IntegrityError, match=law), transaction.atomic():
        Banner.objects.create(**{**plain, **facts}, placed_by="x", placed_at=AT)


def test_no_banner_is_ever_deleted() -> None:
    placed()

    with pytest.raises(IntegrityError, match="banners_are_never_deleted"):
        run("DELETE FROM accounts_banner")
    with pytest.raises((ProgrammingError, DatabaseError), match="permission denied"):
        run("DELETE FROM accounts_banner", role="portal_runtime")


# --- The desk ---------------------------------------------------------------------------------------------------------


def typed(**changes: str) -> dict[str, str]:
    starts, ends = (clock.tirana(clock.machine() + hours * HOUR) for hours in (1, 2))
    plain = {
        "kind": "incident",
        "severity": "3",
        "audience": "signed_in",
        "text_sq": "SMS-të vonohen.",
        "text_en": "SMS are late.",
        "starts_at_0": f"{starts:%Y-%m-%d}",
        "starts_at_1": f"{starts:%H:%M}",
        "ends_at_0": f"{ends:%Y-%m-%d}",
        "ends_at_1": f"{ends:%H:%M}",
    }
    return {**plain, **changes}


def test_whoever_may_places_a_banner_in_tiranas_time() -> None:
    desk = clerk("view_banner", "place_banner")

    answer = desk.post(reverse(PLACE), typed())

    banner = Banner.objects.get()
    assert answer.status_code == 302
    assert (banner.kind, banner.severity, banner.audience) == ("incident", 3, "signed_in")
    assert f"{clock.tirana(banner.starts_at):%H:%M}" == typed()["starts_at_1"]
    assert "SMS-të vonohen." in desk.get(reverse(LIST)).content.decode()


def test_what_the_verb_refuses_is_said_on_the_form() -> None:
    desk = clerk("view_banner", "place_banner")
    backwards = typed()
    backwards["ends_at_0"], backwards["ends_at_1"] = "2020-01-01", "10:00"

    answer = desk.post(reverse(PLACE), backwards)

    assert str(banners.EndsBeforeItStarts.sentence) in answer.content.decode()
    assert not Banner.objects.exists()


def test_whoever_may_takes_it_away_once() -> None:
    desk = clerk("view_banner", "place_banner")
    desk.post(reverse(PLACE), typed())
    banner = Banner.objects.get()
    end = reverse("admin:accounts_banner_end", args=[banner.pk])
    page = reverse("admin:accounts_banner_change", args=[banner.pk])
    assert end in desk.get(page).content.decode()

    desk.post(end, {"csrfmiddlewaretoken": "as a browser sends"})

    banner.refresh_from_db()
    assert banner.ended_at is not None
    assert end not in desk.get(page).content.decode()


def test_whoever_only_looks_places_nothing() -> None:
    desk = clerk("view_banner")

    assert desk.get(reverse(LIST)).status_code == 200
    assert reverse(PLACE) not in desk.get(reverse(LIST)).content.decode()
    assert desk.post(reverse(PLACE), typed()).status_code == 403
    assert clerk().get(reverse(LIST)).status_code == 403


def test_operations_and_the_administrator_place_banners_and_nobody_else_does() -> None:
    may = {role for role, patterns in ROLES.items() if "accounts.place_banner" in patterns}

    assert may == {"Operacione", "Administrator"}

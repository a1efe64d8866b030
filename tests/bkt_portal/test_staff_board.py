"""The first page of the staff: the figures are right, and nobody sees a panel of what she may not look at."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import corrections
from accounts.models import Posting, Proposal, User
from auth_flow import thaws
from auth_flow.models import DeskAlarm, SecurityCase, SmsMessage
from bkt_portal import staff_board
from bkt_portal.staff_board import Figure
from bkt_portal.staff_roles import ROLES
from complaints.models import Case
from payments import execution
from tests import builders
from tests.doors import at_the_desk
from tests.payments.conftest import Firm, make_firm

pytestmark = pytest.mark.django_db

MACHINE = builders.AT
NEXT_DAY = builders.AT + timedelta(days=3)  # the Monday after


def clerk(*labels: str) -> User:
    user = builders.staff(superuser=False)
    names = [label.partition(".")[2] for label in labels]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


def figures(permission: str, *, at: datetime = builders.AT) -> dict[str, Figure]:
    """The one panel of this permission, by label."""
    (panel,) = staff_board.panels(clerk(permission), at=at, machine=MACHINE)
    return {figure.label: figure for figure in panel.figures}


def values(permission: str, *, at: datetime = builders.AT) -> dict[str, str]:
    return {label: figure.value for label, figure in figures(permission, at=at).items()}


@pytest.fixture
def firm(clock_at: Callable[[datetime], None]) -> Firm:
    clock_at(builders.AT)
    return make_firm(other_signers=0)


# --- Figures ---------------------------------------------------------------------------------------------------------


def test_orders_of_the_day_stand_by_what_became_of_them(firm: Firm) -> None:
    done, waiting = (firm.sign(builders.submitted(firm.preparer, firm.account)) for _ in range(2))
    builders.submitted(firm.preparer, firm.account)
    execution.execute(order_id=done.pk, at=builders.AT)

    shown = values("payments.view_paymentorder")

    assert (shown["Të premtuara për sot"], shown["Të kryera"], shown["Presin të kryhen"]) == ("2", "1", "1")
    assert (shown["Të pakryera"], shown["Me vonesë nga ditët e kaluara"]) == ("0", "0")
    assert waiting.pk != done.pk


def test_what_was_promised_and_not_done_by_then_is_a_promise_not_kept(firm: Firm) -> None:
    done, _late = (firm.sign(builders.submitted(firm.preparer, firm.account)) for _ in range(2))
    execution.execute(order_id=done.pk, at=builders.AT)

    shown = figures("payments.view_paymentorder", at=NEXT_DAY)

    assert shown["Me vonesë nga ditët e kaluara"].value == "1"
    kept = next(figure for label, figure in shown.items() if label.startswith("Premtime"))
    assert (kept.value, kept.mood) == ("1 nga 2 (50%)", "stop")


def an_sms(status: str, *, at: datetime = MACHINE, seconds: int | None = None) -> None:
    delivered = None if seconds is None else at + timedelta(seconds=seconds)
    SmsMessage.objects.create(
        to="+355672000001",
        body_template="x",
        status=status,
        created_at=at,
        not_before=at,
        expires_at=at,
        delivered_at=delivered,
    )


def test_sms_of_a_day_and_the_delay_in_the_middle() -> None:
    for seconds in (2, 4, 60):
        an_sms("delivered", seconds=seconds)
    for status in ("sent", "failed", "expired", "queued"):
        an_sms(status)
    an_sms("failed", at=MACHINE - timedelta(days=2))

    assert values("auth_flow.view_smsmessage") == {
        "Gjithsej në 24 orë": "7",
        "Të dorëzuara": "3",
        "Të dërguara, pa përgjigje ende": "1",
        "Në radhë": "1",
        "Të dështuara": "2",
        "Vonesa e mesme": "4 sekonda",
    }


def test_without_an_sms_there_is_no_delay() -> None:
    assert "Vonesa e mesme" not in values("auth_flow.view_smsmessage")


def a_complaint(days: int) -> None:
    n = builders.unique()
    Case.objects.create(
        number=f"A-{n}",
        kind="complaint",
        channel="web",
        name="Elira",
        email="e@example.com",
        submit_key=f"key-{n}",
        opened_at=builders.AT,
        opened_by="visitor",
        answer_by=builders.AT.date() + timedelta(days=days),
    )


def test_complaints_near_their_day_and_past_it() -> None:
    for days in (-1, 0, 3, 30):
        a_complaint(days)

    assert list(values("complaints.view_case").values()) == ["4", "2", "1"]


def test_proposals_are_counted_for_who_may_decide_them() -> None:
    account = builders.funded(builders.company(), 9_000_00)
    posting = Posting.objects.get(entries__account=account)
    corrections.propose_reversal(posting=posting, reason="Derdhje e dyfishtë", actor=builders.STAFF, at=builders.AT)

    def shown(*labels: str) -> list[str]:
        (panel,) = staff_board.panels(clerk(*labels), at=builders.AT, machine=MACHINE)
        return [figure.value for figure in panel.figures]

    assert shown("accounts.view_proposal", "accounts.reverse_posting") == ["1", "0", "1"]
    assert shown("accounts.view_proposal") == ["0", "0", "1"]


def test_open_cases_of_security_and_those_that_nobody_has() -> None:
    for reference, taken_by in (("AAAA2222", ""), ("AAAA3333", "user:1")):
        taken_at = MACHINE if taken_by else None
        SecurityCase.objects.create(
            reference=reference, kind="lost_phone", opened_at=MACHINE, taken_by=taken_by, taken_at=taken_at
        )

    assert list(values("auth_flow.view_securitycase").values()) == ["2", "1", "20.11.2026 10:00"]


def test_thaws_wait_for_everybody_but_whoever_proposed_them() -> None:
    hers = clerk("auth_flow.change_accessblock")
    an_hour_ago = MACHINE - timedelta(hours=1)
    for number, (who, at) in enumerate([(1, MACHINE), (2, an_hour_ago), (hers.pk, MACHINE)]):
        Proposal.objects.create(
            kind=thaws.KIND, subject=f"user:{number}", old={}, new={}, proposed_by=f"user:{who}", proposed_at=at
        )

    (panel,) = staff_board.panels(hers, at=builders.AT, machine=MACHINE)

    assert [figure.value for figure in panel.figures] == ["1", "1"]
    assert {figure.address for figure in panel.figures} == {reverse("admin:desk")}


def test_alarms_about_the_desk_of_the_last_day() -> None:
    for at in (MACHINE, MACHINE - timedelta(days=2)):
        DeskAlarm.objects.create(agent=builders.staff(), kind="looks", count=30, at=at)

    assert values("auth_flow.view_deskalarm") == {"Në 24 orë": "1"}


def test_the_banks_day_says_how_it_stands() -> None:
    assert values("accounts.view_bankday") == {"Sot, 20.11.2026": "pa veprime ende"}
    builders.bank_day(builders.AT.date(), "closing")
    assert list(values("accounts.view_bankday").values()) != ["pa veprime ende"]


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(ROLES))
def test_nobody_sees_a_panel_of_what_she_may_not_look_at(role: str) -> None:
    user = builders.staff(superuser=False)
    user.groups.add(Group.objects.get(name=role))
    user = User.objects.get(pk=user.pk)

    page = at_the_desk(user).get(reverse("admin:index"))

    shown = [str(panel.title) for panel in page.context["board"]]
    assert shown == [str(title) for title, permission, _figures in staff_board.PANELS if user.has_perm(permission)]
    assert page.content.decode().count("board-panel") == len(shown)


def test_the_contact_centre_sees_no_figure_of_money() -> None:
    user = builders.staff(superuser=False)
    user.groups.add(Group.objects.get(name="Qendra e kontaktit"))

    page = at_the_desk(user).get(reverse("admin:index")).content.decode()

    assert "Urdhrat e ditës" not in page
    assert "Raste sigurie" in page


def test_the_whole_page_takes_few_queries() -> None:
    desk = at_the_desk(builders.staff())
    desk.get(reverse("admin:index"))

    with CaptureQueriesContext(connection) as queries:
        desk.get(reverse("admin:index"))

    assert len(queries) <= 26

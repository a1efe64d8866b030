"""What the bank books at the end of a day: once a day, step by step, on the books of the next one."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts import day_close, selectors
from accounts.clock import TIRANA
from accounts.day_close import Step
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, CloseStep, DayClose, DayTotal, Posting
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.accounts.closing_day import EVENING, FRIDAY, TUESDAY, events_of_errors, three_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[BankAccount]:
    return three_accounts()


@pytest.fixture
def errors(caplog) -> Callable[[], list[str]]:
    return events_of_errors(caplog)


@pytest.fixture
def hooks(monkeypatch) -> dict[str, day_close.Hook]:
    """The registry, empty for this test."""
    empty: dict[str, day_close.Hook] = {}
    monkeypatch.setattr(day_close, "HOOKS", empty)
    return empty


def fee_of(account: BankAccount) -> tuple[list[Leg], Facts]:
    legs = [Leg(account.pk, -10), Leg(selectors.house_account("fees", "ALL").pk, 10)]
    return legs, Facts(kind=Kind.CORE, channel=Channel.SYSTEM, remittance_information="Komision mirëmbajtjeje")


def charging(accounts: list[BankAccount], asked: list[str]) -> day_close.Hook:
    """A fee on each account, one a step."""

    def hook(step: Step) -> str | None:
        asked.append(step.after)
        left = [account for account in accounts if account.pk > int(step.after or 0)]
        if not left:
            return None
        legs, facts = fee_of(left[0])
        step.post(key=str(left[0].pk), legs=legs, facts=facts)
        return str(left[0].pk)

    return hook


def test_a_hook_books_on_the_next_working_day_with_the_value_of_the_closing_one(accounts, hooks):
    asked: list[str] = []
    day_close.at_close("fees")(charging(accounts, asked))

    day_close.close_due(at=EVENING)
    day_close.close_due(at=EVENING)

    fees = Posting.objects.filter(key__startswith=f"close:{FRIDAY}:fees:")
    assert fees.count() == len(accounts)
    assert set(fees.values_list("booked_on", "value_on")) == {(TUESDAY, FRIDAY)}
    assert asked == ["", *(str(account.pk) for account in accounts)]
    assert set(DayTotal.objects.filter(account__in=accounts).values_list("closing_minor", flat=True)) == {100, 200, 300}


@pytest.mark.parametrize("breaks_at", [1, 2, 3, 4])
def test_a_hook_that_breaks_goes_on_with_the_step_that_broke(accounts, hooks, errors, breaks_at):
    asked: list[str] = []
    charge = charging(accounts, asked)

    def breaking(step: Step) -> str | None:
        after = charge(step)
        if len(asked) == breaks_at:
            raise ValueError
        return after

    day_close.at_close("fees")(breaking)
    assert day_close.close_due(at=EVENING) == []
    assert DayClose.objects.get(pk=FRIDAY).trouble == "hook fees: ValueError"
    assert "bank.day.does_not_add_up" in errors()

    day_close.resume(day=FRIDAY, at=EVENING, actor=builders.STAFF)
    assert day_close.close_due(at=EVENING) == [FRIDAY]

    assert asked[breaks_at] == asked[breaks_at - 1]
    assert Posting.objects.filter(key__startswith="close:").count() == len(accounts)


def test_hooks_run_once_a_day_in_their_order(accounts, hooks):
    ran: list[str] = []
    for name in ("interest", "fees"):
        day_close.at_close(name)(lambda step: ran.append(f"{step.day} {step.name}"))

    day_close.close_due(at=datetime(2026, 11, 24, 20, tzinfo=TIRANA))

    assert ran == [f"{day} {name}" for day in (FRIDAY, TUESDAY) for name in ("interest", "fees")]
    assert CloseStep.objects.filter(done_at=None).count() == 0


def test_a_hook_that_stands_still_is_stopped(accounts, hooks, errors):
    day_close.at_close("fees")(lambda step: "here")

    assert day_close.close_due(at=EVENING) == []

    assert DayClose.objects.get(pk=FRIDAY).trouble == "hook fees: stands still at here"
    assert errors() == ["bank.day.does_not_add_up"]


def test_two_hooks_have_two_names(hooks):
    day_close.at_close("fees")(lambda step: None)

    with pytest.raises(AssertionError, match="two hooks"):
        day_close.at_close("fees")(lambda step: None)

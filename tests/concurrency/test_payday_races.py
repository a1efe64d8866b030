"""Two clocks, a worker and a customer at one moment: a day of a series pays once, or was left out, never both."""

from functools import partial

import pytest

from accounts.models import Posting
from payments import execution, paydays, skipped_days, standing
from payments.models.standing import Rhythm
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import TUESDAY, tirana

ROUNDS = 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_four_ticks_at_once_make_each_days_order_once(bank: BankDatabase, _round: int) -> None:
    firm = make_firm()
    rows = [cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 1_000}) for _ in range(4)]
    late = tirana(11, 26, 9)

    all_at_once(*[partial(paydays.make_due, at=late)] * 4)
    all_at_once(*[partial(execution.execute_due, at=late)] * 4)

    for series in rows:
        assert len(cast.due_days(series)) == len(set(cast.due_days(series))) == 3
        assert set(series.orders.values_list("status", flat=True)) == {"executed"}
    assert Posting.objects.filter(source__startswith="payments.order:").count() == 12


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_day_is_left_out_or_made_and_a_series_that_stops_makes_no_more(bank: BankDatabase, _round: int) -> None:
    firm = make_firm()
    series = cast.running(firm)
    at = tirana(11, 24)

    ends = all_at_once(
        partial(paydays.make_due, at=at),
        partial(skipped_days.skip, standing_id=series.pk, mandate=firm.preparer, nominal_on=TUESDAY, at=at),
        partial(paydays.make_due, at=at),
    )

    paydays.make_due(at=at)
    was_refused = bool(refusals(ends))
    assert (series.orders.count(), series.skipped_days.count()) == ((1, 0) if was_refused else (0, 1))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_stopping_while_the_clock_executes_ends_each_order_in_one_way(bank: BankDatabase, _round: int) -> None:
    firm = make_firm()
    series = cast.running(firm)
    paydays.make_due(at=tirana(11, 24))
    at = tirana(11, 24, 9)

    all_at_once(
        partial(execution.execute_due, at=at),
        partial(
            standing.stop, standing_id=series.pk, mandate=firm.signers[0], reason="Mbaroi", with_orders=True, at=at
        ),
    )

    order = series.orders.get()
    series.refresh_from_db()
    assert series.status == "stopped"
    assert (order.status, order.posting_id is not None) in {("executed", True), ("cancelled", False)}

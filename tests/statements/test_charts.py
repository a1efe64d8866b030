"""Charts as path data: what is drawn stands where the figure says."""

import re
from datetime import date

import pytest
from hypothesis import given, strategies as st

from accounts.money import AMOUNT_MAX_MINOR
from statements import charts
from statements.charts import HEIGHT, bar_chart, compact, line_chart, scale_of

MONTHS = [date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 12))]
TODAY = date(2026, 11, 20)
AMOUNTS = st.integers(-AMOUNT_MAX_MINOR, AMOUNT_MAX_MINOR)


def heights(path: str) -> list[int]:
    """The levels of a line, in its order."""
    return [int(y) for y in re.findall(r"(?:^M\d+ |V)(-?\d+)", path)]


def test_one_day_is_a_dot_at_its_place() -> None:
    chart = line_chart([(TODAY, 40_00)], MONTHS)

    assert chart.line == "M1166 0"
    assert chart.end == "M1166 0h0"
    assert chart.width == 1200


def test_a_flat_balance_is_a_level_line() -> None:
    chart = line_chart([(day, 100_00) for day in MONTHS], MONTHS)

    assert set(heights(chart.line)) == {0}
    assert chart.area.endswith(f"V{HEIGHT}H{charts._place(MONTHS[0], MONTHS)}z")


def test_an_account_that_never_had_anything_lies_on_zero() -> None:
    chart = line_chart([(MONTHS[0], 0), (TODAY, 0)], MONTHS)

    assert chart.scale.ticks == [1_00, 0]
    assert set(heights(chart.line)) == {chart.scale.zero} == {HEIGHT}


def test_a_gap_between_two_days_keeps_the_balance_of_the_first() -> None:
    chart = line_chart([(date(2025, 12, 31), 10_00), (date(2026, 6, 30), 20_00)], MONTHS)

    assert chart.line == "M100 500H700V0"


def test_an_overdrawn_balance_lies_below_zero() -> None:
    chart = line_chart([(date(2025, 12, 31), -50_00), (date(2026, 6, 30), 50_00)], MONTHS)

    below, above = heights(chart.line)
    assert above < chart.scale.zero < below
    assert chart.area == f"{chart.line}V{chart.scale.zero}H100z"


def test_what_was_before_the_months_begins_at_the_left_edge() -> None:
    assert line_chart([(date(2025, 11, 30), 1_00), (TODAY, 2_00)], MONTHS).line.startswith("M0 ")


def test_every_month_is_as_wide_as_another() -> None:
    ends = [date(2025, 12, 31), date(2026, 2, 28), date(2026, 4, 30)]

    assert [charts._place(day, MONTHS) for day in ends] == [100, 300, 500]


def test_bars_rise_with_what_came_in_and_hang_with_what_went_out() -> None:
    chart = bar_chart([(40_00, 0), (0, 20_00), (0, 0)])

    zero = chart.scale.zero
    assert chart.above == f"M20 {zero}V{chart.scale.height_of(40_00)}h60V{zero}z"
    assert chart.below == f"M120 {zero}V{chart.scale.height_of(-20_00)}h60V{zero}z"


def test_months_without_a_movement_draw_no_bar() -> None:
    chart = bar_chart([(0, 0)] * 12)

    assert (chart.above, chart.below, chart.width) == ("", "", 1200)


@given(st.lists(AMOUNTS, min_size=1, max_size=40))
def test_a_scale_holds_zero_and_every_amount_in_a_few_even_steps(amounts: list[int]) -> None:
    scale = scale_of(amounts)

    steps = {high - low for high, low in zip(scale.ticks, scale.ticks[1:], strict=False)}
    assert len(steps) == 1
    assert 0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 7
    assert all(0 <= scale.height_of(amount) <= HEIGHT for amount in amounts)
    assert (scale.ticks[0], scale.ticks[-1]) == (scale.ceiling_minor, scale.floor_minor)


@given(AMOUNTS, AMOUNTS)
def test_the_greater_amount_never_lies_lower(one: int, other: int) -> None:
    scale = scale_of([one, other])

    assert (scale.height_of(one) <= scale.height_of(other)) or one < other


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "0"),
        (250_00, "250"),
        (5_000_00, "5.000"),
        (-20_000_00, "−20 mijë"),
        (150_000_00, "150 mijë"),
        (1_500_000_00, "1,5 mln"),
        (1_050_000_000_00, "1,05 mld"),
        (1_000_000_000_000_00, "1.000 mld"),
    ],
)
def test_a_tick_is_short(minor: int, text: str) -> None:
    assert compact(minor).replace("\N{NO-BREAK SPACE}", " ") == text

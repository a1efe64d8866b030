"""The bank's day as a ruler: what is left of it, in words and in places."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.clock import TIRANA
from payments.bank_day import bank_day

pytestmark = pytest.mark.django_db


def friday(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, second, tzinfo=TIRANA)


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (friday(0, 0), "14 orë"),
        (friday(11, 55), "2 orë e 5 minuta"),
        (friday(12, 59), "1 orë e 1 minutë"),
        (friday(13, 0), "1 orë"),
        (friday(13, 21, 1), "38 minuta"),
        (friday(13, 58, 59), "1 minutë"),
        (friday(13, 59, 1), "më pak se një minutë"),
        (friday(14, 0), "më pak se një minutë"),
        (friday(14, 0, 1), None),
        (friday(10, 0) + timedelta(days=1), None),
    ],
)
def test_what_is_left_of_today_is_never_more_than_there_is(at: datetime, left: str | None) -> None:
    with override("sq"):
        assert bank_day(at).left_label == left


def test_the_next_day_is_the_next_working_day_before_and_after_the_cut_off() -> None:
    tuesday = date(2026, 11, 24)

    assert [bank_day(at).next_day for at in (friday(9, 0), friday(15, 0))] == [tuesday, tuesday]


@pytest.mark.parametrize(("days", "is_day_off"), [(0, False), (1, True), (3, True), (4, False)])
def test_weekends_and_feasts_are_days_off(days: int, is_day_off: bool) -> None:
    assert bank_day(friday(10, 0) + timedelta(days=days)).is_day_off is is_day_off


@pytest.mark.parametrize(
    ("at", "place"),
    [(friday(0, 0), "0.0"), (friday(8, 0), "0.0"), (friday(13, 22), "53.7"), (friday(23, 59), "159.8")],
)
def test_now_stands_on_the_ruler_with_a_point_whatever_the_language(at: datetime, place: str) -> None:
    for language in ("sq", "en"):
        with override(language):
            assert (bank_day(at).x_now, bank_day(at).x_cut_off) == (place, "60.0")


@pytest.mark.parametrize(
    ("closes", "drawn"), [(time(20), ("20:00", "120.0", "40.0")), (time(21, 30), ("21:30", "135.0", "25.0"))]
)
def test_the_close_stands_on_the_ruler_where_it_starts(
    closes: time, drawn: tuple[str, str, str], settings: Settings
) -> None:
    settings.DAY_CLOSE_STARTS = closes

    day = bank_day(friday(10, 0))

    assert (day.close_label, day.x_close, day.close_width) == drawn


def test_where_the_calendar_ends_nothing_is_promised_and_the_page_lives() -> None:
    day = bank_day(datetime(2028, 12, 29, 15, 0, tzinfo=TIRANA))

    assert (day.left_label, day.next_day, day.is_day_off) == (None, None, False)


def test_one_query_makes_the_ruler(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        bank_day(friday(10, 0))

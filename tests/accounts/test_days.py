from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import formats, translation

from accounts import days
from accounts.money import Money

WEDNESDAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("say", "albanian", "english"),
    [
        (days.weekday, "e mërkurë", "Wednesday"),
        (days.day_month, "2 dhjetor", "2 December"),
        (days.long_day, "e mërkurë, 2 dhjetor 2026", "Wednesday 2 December 2026"),
        (days.full_day, "e mërkurë 2 dhjetor 2026", "Wednesday 2 December 2026"),
        (days.on_day, "të mërkurën 2 dhjetor 2026", "on Wednesday 2 December 2026"),
        (days.on_day_month, "të mërkurën 2 dhjetor", "on Wednesday 2 December"),
        (days.short_day, "02.12.2026", "02.12.2026"),
    ],
)
def test_a_day_is_said_in_the_language_of_the_screen(say: Callable[[date], str], albanian: str, english: str) -> None:
    with translation.override("sq"):
        assert say(WEDNESDAY) == albanian
    with translation.override("en-gb"):
        assert say(WEDNESDAY) == english


def test_a_language_without_words_reads_albanian() -> None:
    with translation.override(None):
        assert days.long_day(WEDNESDAY) == "e mërkurë, 2 dhjetor 2026"


@pytest.mark.parametrize(
    ("chosen", "albanian", "english"),
    [
        ([date(2026, 11, 28)], "28 nëntori", "28 November"),
        ([date(2026, 11, 28), date(2026, 11, 29)], "28 dhe 29 nëntori", "28 and 29 November"),
        ([date(2026, 12, 1), date(2026, 11, 30)], "30 nëntori dhe 1 dhjetori", "30 November and 1 December"),
        ([date(2026, 3, day) for day in (1, 2, 3)], "1, 2 dhe 3 marsi", "1, 2 and 3 March"),
    ],
)
def test_days_are_listed_by_month(chosen: list[date], albanian: str, english: str) -> None:
    with translation.override("sq"):
        assert days.days_as_subject(chosen) == albanian
    with translation.override("en"):
        assert days.days_as_subject(chosen) == english


def test_things_on_several_days_are_joined() -> None:
    with translation.override("sq"):
        assert days.on_days([date(2026, 11, 30), date(2026, 12, 1)]) == "të hënën 30 nëntor dhe të martën 1 dhjetor"


def _page(expression: str, value: object) -> str:
    return Template("{% load bank %}{{ value|" + expression + " }}").render(Context({"value": value}))


@pytest.mark.parametrize(
    ("expression", "value", "shown"),
    [
        ("money", Money(1_234_567_89, "ALL"), "1.234.567,89 ALL"),
        ("money:'EUR'", 5, "0,05 EUR"),
        ("amount", 1_234_567_89, "1.234.567,89"),
        ("amount", Money(100, "ALL"), "1,00"),
        ("signed", -250_00, "\u2212250,00"),
        ("in_words:'ALL'", 1_00, "Një lek."),
        ("grouped", "AL76205111620000000000000042", "AL76 2051 1162 0000 0000 0000 0042"),
        ("masked_phone", "+355674000018", "+355 6• ••• •018"),
        ("long_day", WEDNESDAY, "e mërkurë, 2 dhjetor 2026"),
        ("on_day", WEDNESDAY, "të mërkurën 2 dhjetor 2026"),
        ("short_day", WEDNESDAY, "02.12.2026"),
        ("short_day", datetime(2026, 12, 1, 23, 30, tzinfo=UTC), "02.12.2026"),
        ("clock_time", datetime(2026, 11, 27, 13, 6, 20, tzinfo=UTC), "14:06"),
        ("clock_seconds", datetime(2026, 7, 27, 12, 6, 20, tzinfo=UTC), "14:06:20"),
    ],
)
def test_pages_show_figures_and_days_as_the_bank_writes_them(expression: str, value: object, shown: str) -> None:
    with translation.override("sq"):
        assert _page(expression, value) == shown


FILTERS = "money amount signed in_words grouped masked_phone long_day on_day short_day clock_time clock_seconds"


@pytest.mark.parametrize("expression", list(FILTERS.split()))
def test_what_is_absent_shows_as_nothing(expression: str) -> None:
    assert _page(expression, None) == ""


def test_words_on_an_english_screen_are_english_and_figures_stay_albanian() -> None:
    with translation.override("en"):
        assert _page("in_words", Money(1_00, "ALL")) == "One lek."
        assert _page("money", Money(1_234_50, "ALL")) == "1.234,50 ALL"


@pytest.mark.parametrize(
    ("language", "long", "short"), [("sq", "23 Nëntor 2026", "23.11.2026"), ("en", "23 November 2026", "23/11/2026")]
)
def test_djangos_own_formats_are_ours(language: str, long: str, short: str) -> None:
    moment = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)

    with translation.override(language):
        assert formats.date_format(moment, "DATE_FORMAT") == long
        assert formats.date_format(moment, "SHORT_DATE_FORMAT") == short
        assert formats.date_format(moment, "DATETIME_FORMAT") == f"{long}, 15:05"
        assert formats.number_format("1234567.89", use_l10n=True, force_grouping=True) == "1.234.567,89"

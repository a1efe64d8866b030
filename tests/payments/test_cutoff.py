import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given, strategies as st

from accounts.clock import TIRANA
from accounts.working_days import Calendar, CalendarUnknown, library_feasts
from payments.cutoff import Promised, promise, time_left
from payments.reasons import headline, sentence, words

CALENDAR = Calendar({feast.day: feast for feast in library_feasts([2026, 2027])})
TWO = time(14, 0)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M:%S" if text.count(":") == 2 else "%d.%m.%Y %H:%M").replace(
        tzinfo=TIRANA
    )


def _day(text: str) -> date:
    return _moment(f"{text} 00:00").date()


def _promised(released: str, requested: str | None = None, *, prefer_previous: bool = False) -> Promised:
    return promise(
        released_at=_moment(released),
        calendar=CALENDAR,
        cut_off=TWO,
        requested_on=_day(requested) if requested else None,
        prefer_previous=prefer_previous,
    )


@pytest.mark.parametrize(
    ("released", "executes"),
    [
        ("20.11.2026 13:59:59", "20.11.2026"),
        ("20.11.2026 14:00:00", "20.11.2026"),
        ("20.11.2026 14:00:01", "24.11.2026"),
        ("21.11.2026 10:00", "24.11.2026"),
        ("22.11.2026 10:00", "24.11.2026"),
        ("23.11.2026 10:00", "24.11.2026"),
        ("27.11.2026 13:00", "27.11.2026"),
        ("27.11.2026 14:00:01", "02.12.2026"),
        ("24.12.2026 15:00", "28.12.2026"),
        ("31.12.2026 15:00", "05.01.2027"),
        ("13.03.2026 15:00", "17.03.2026"),
        ("03.04.2026 15:00", "07.04.2026"),
        ("10.04.2026 16:00", "14.04.2026"),
        ("30.04.2027 15:00", "05.05.2027"),
        ("25.11.2026 00:00", "25.11.2026"),
        ("25.11.2026 23:59:59", "26.11.2026"),
    ],
)
def test_an_order_is_executed_today_until_14_and_then_on_the_next_working_day(released: str, executes: str) -> None:
    assert _promised(released).execute_on == _day(executes)


def test_one_microsecond_after_the_cut_off_is_too_late() -> None:
    late = _moment("20.11.2026 14:00") + timedelta(microseconds=1)

    assert promise(released_at=late, calendar=CALENDAR, cut_off=TWO).execute_on == _day("24.11.2026")


@pytest.mark.parametrize(
    ("released_at", "executes"),
    [
        (datetime(2026, 11, 20, 13, 0, tzinfo=UTC), "20.11.2026"),
        (datetime(2026, 11, 20, 13, 0, 1, tzinfo=UTC), "24.11.2026"),
        (datetime(2026, 7, 20, 12, 0, tzinfo=UTC), "20.07.2026"),
        (datetime(2026, 7, 20, 12, 0, 1, tzinfo=UTC), "21.07.2026"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "25.11.2026"),
    ],
)
def test_the_clock_that_counts_hangs_in_tirana(released_at: datetime, executes: str) -> None:
    assert promise(released_at=released_at, calendar=CALENDAR, cut_off=TWO).execute_on == _day(executes)


@pytest.mark.parametrize(
    ("requested", "prefer_previous", "executes", "code"),
    [
        ("04.12.2026", False, "04.12.2026", "requested"),
        ("28.11.2026", False, "02.12.2026", "requested_closed_later"),
        ("29.11.2026", True, "27.11.2026", "requested_closed_earlier"),
        ("05.12.2026", True, "04.12.2026", "requested_closed_earlier"),
        ("27.11.2026", False, "27.11.2026", "in_time"),
        ("26.11.2026", True, "27.11.2026", "requested_too_early"),
    ],
)
def test_a_requested_day_is_kept_or_moved_as_asked(
    requested: str, prefer_previous: bool, executes: str, code: str
) -> None:
    promised = _promised("27.11.2026 13:00", requested, prefer_previous=prefer_previous)

    assert promised.execute_on == _day(executes)
    assert promised.reasons[0].code == code


def test_a_requested_day_before_the_earliest_one_cannot_be_reached_by_preferring_the_previous() -> None:
    promised = _promised("27.11.2026 15:00", "28.11.2026", prefer_previous=True)

    assert promised.execute_on == _day("02.12.2026")
    assert [reason.code for reason in promised.reasons] == ["requested_too_early", "cut_off_passed", "holiday", "moved"]


def test_the_strip_shows_each_day_between_now_and_then() -> None:
    strip = [(f"{day:%d.%m}", code) for day, code in _promised("27.11.2026 14:06").days]

    assert strip == [
        ("27.11", "passed"),
        ("28.11", "holiday"),
        ("29.11", "holiday"),
        ("30.11", "moved"),
        ("01.12", "moved"),
        ("02.12", "executes"),
    ]


def test_the_strip_of_a_day_off_and_of_a_day_chosen_by_the_customer() -> None:
    assert [code for _day, code in _promised("21.11.2026 10:00").days] == ["weekend", "holiday", "moved", "executes"]
    assert [code for _day, code in _promised("24.11.2026 10:00", "26.11.2026").days] == [
        "working",
        "working",
        "executes",
    ]


@pytest.mark.parametrize(
    ("released", "requested", "said"),
    [
        (
            "27.11.2026 14:06",
            None,
            [
                "Kryhet të mërkurën 2 dhjetor 2026",
                "Afati për sot ishte ora 14:00. Tani është ora 14:06.",
                "28 dhe 29 nëntori janë festa zyrtare: Dita e Flamurit dhe e Pavarësisë, Dita e Çlirimit.",
                "Festat bien në fundjavë, prandaj pushimi shtyhet për të hënën 30 nëntor dhe të martën 1 dhjetor.",
            ],
        ),
        (
            "20.11.2026 13:30",
            None,
            ["Kryhet sot, e premte 20 nëntor 2026", "Afati për sot është ora 14:00. Tani është ora 13:30."],
        ),
        (
            "20.11.2026 14:00:01",
            None,
            [
                "Kryhet të martën 24 nëntor 2026",
                "Afati për sot ishte ora 14:00 dhe sapo kaloi.",
                "22 nëntori është festë zyrtare: Dita e Alfabetit.",
                "Festa bie në fundjavë, prandaj pushimi shtyhet për të hënën 23 nëntor.",
                "Banka nuk punon të shtunën 21 nëntor.",
            ],
        ),
        (
            "12.12.2026 10:00",
            None,
            ["Kryhet të hënën 14 dhjetor 2026", "Banka nuk punon të shtunën 12 dhjetor dhe të dielën 13 dhjetor."],
        ),
        (
            "10.12.2026 10:00",
            "12.12.2026",
            [
                "Kryhet të hënën 14 dhjetor 2026",
                "Ditën që kërkuat, të shtunën 12 dhjetor 2026, banka nuk punon; urdhri kryhet ditën e parë të punës.",
                "Banka nuk punon të shtunën 12 dhjetor dhe të dielën 13 dhjetor.",
            ],
        ),
    ],
)
def test_the_promise_is_said_with_its_reasons(released: str, requested: str | None, said: list[str]) -> None:
    assert list(words(_promised(released, requested), "sq")) == said


def test_days_inside_an_english_sentence_are_english() -> None:
    said = " ".join(words(_promised("27.11.2026 14:06"), "en"))

    assert "on Wednesday 2 December 2026" in said
    assert "on Monday 30 November and on Tuesday 1 December" in said


def test_today_is_judged_by_who_looks() -> None:
    promised = _promised("20.11.2026 13:00")

    with translation.override("sq"):
        assert headline(promised, today=_day("21.11.2026")) == "Kryhet të premten 20 nëntor 2026"


@pytest.mark.parametrize(
    ("released", "said"),
    [
        ("27.11.2026 14:07", "Afati ishte ora 14:00. Nënshkrimi i fundit u bë në 14:07."),
        ("27.11.2026 14:00:30", "Afati ishte ora 14:00. Nënshkrimi i fundit u bë pak çaste më vonë."),
        ("27.11.2026 13:07", "Afati ishte ora 14:00. Nënshkrimi i fundit u bë në 13:07."),
    ],
)
def test_looking_back_the_cut_off_is_told_as_past(released: str, said: str) -> None:
    with translation.override("sq"):
        assert sentence(_promised(released).reasons[0], afterwards=True) == said


@pytest.mark.parametrize(
    ("released", "requested", "passes"),
    [
        ("08.03.2027 15:00", None, True),
        ("08.03.2027 13:00", None, False),
        ("14.05.2027 15:00", None, True),
        ("05.03.2027 13:00", "11.03.2027", True),
        ("19.03.2026 15:00", None, False),
    ],
)
def test_a_promise_across_an_unconfirmed_feast_says_so(released: str, requested: str | None, passes: bool) -> None:
    promised = _promised(released, requested)

    assert promised.passes_estimated is passes
    assert (promised.reasons[-1].code == "estimated") is passes


def test_an_unconfirmed_feast_is_named() -> None:
    said = words(_promised("08.03.2027 15:00"), "sq")

    assert said[-1] == (
        "Data e festës nuk është konfirmuar ende (Dita e Bajramit të Madh), prandaj dita e kryerjes mund të ndryshojë."
    )


def test_a_promise_survives_being_stored() -> None:
    promised = _promised("27.11.2026 14:06:20", "05.12.2026")

    stored = json.loads(json.dumps(promised.as_facts()))

    assert Promised.from_facts(stored) == promised
    assert words(Promised.from_facts(stored), "sq") == words(promised, "sq")


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("20.11.2026 13:30", timedelta(minutes=30)),
        ("20.11.2026 14:00:00", timedelta(0)),
        ("20.11.2026 14:00:01", None),
        ("21.11.2026 09:00", None),
        ("23.11.2026 09:00", None),
    ],
)
def test_what_is_left_of_today(now: str, left: timedelta | None) -> None:
    assert time_left(_moment(now), calendar=CALENDAR, cut_off=TWO) == left


def test_a_naive_moment_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        promise(released_at=_moment("20.11.2026 13:00").replace(tzinfo=None), calendar=CALENDAR, cut_off=TWO)


def test_nothing_is_promised_beyond_the_calendar() -> None:
    with pytest.raises(CalendarUnknown):
        _promised("31.12.2027 14:00:01")


MOMENTS = st.integers(0, 714 * 24 * 3600 * 10**6).map(
    lambda microseconds: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
REQUESTS = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 24))


@given(MOMENTS, REQUESTS, st.booleans(), st.times())
def test_the_promised_day_is_a_working_day_and_never_before_the_release(
    released_at: datetime, requested_on: date | None, prefer_previous: bool, cut_off: time
) -> None:
    promised = promise(
        released_at=released_at,
        calendar=CALENDAR,
        cut_off=cut_off,
        requested_on=requested_on,
        prefer_previous=prefer_previous,
    )
    release_day = released_at.astimezone(TIRANA).date()

    assert CALENDAR.is_working(promised.execute_on)
    assert promised.execute_on >= release_day
    assert (promised.days[0][0], promised.days[-1]) == (release_day, (promised.execute_on, "executes"))
    assert promised.reasons
    assert all("%(" not in said for language in ("sq", "en") for said in words(promised, language))
    assert Promised.from_facts(json.loads(json.dumps(promised.as_facts()))) == promised


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_releases_later_is_never_executed_earlier(released_at: datetime, delay: timedelta) -> None:
    first = promise(released_at=released_at, calendar=CALENDAR, cut_off=TWO)
    second = promise(released_at=released_at + delay, calendar=CALENDAR, cut_off=TWO)

    assert first.execute_on <= second.execute_on

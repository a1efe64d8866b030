"""statements: what an account costs to read when it has grown: its pages, its months, and its words.

Three accounts of the same five years: ten thousand lines, a hundred thousand, and ten million (a million when quick).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from statistics import median, quantiles

from accounts import balances, clock
from accounts.models import BankAccount, Company
from bench import statements_history
from bench.ledger_growth import open_account
from bench.rounds import Pace, Result, interleave, rate, ratio
from statements import selectors, turnovers
from statements.periods import Period
from statements.searches import Cursor, Search
from statements.selectors import LINES_A_PAGE

SMALL, MIDDLE = 10_000, 100_000
LARGE = {"full": 10_000_000, "quick": 1_000_000}
PAGE_BAR, MONTHS_BAR = 1.5, 10
WORDS_BAR, MEDIAN_BAR_MS, P99_BAR_MS = 3, 100, 300
SEARCHES = {"full": 2_000, "quick": 300}
ROUND_SECONDS = {"full": 0.3, "quick": 0.1}
AMOUNT_EVERY = 7  # of the searches as people ask
YEAR = timedelta(days=365)
Act = Callable[[BankAccount], object]


def measure(pace: Pace) -> list[Result]:
    """Pages and months of the large account against the small one's, then words against those of the middle one."""
    size = "full" if pace.seconds > 1 else "quick"
    today = clock.tirana_day(clock.machine())
    company = Company.objects.create(name="MATËSI SHPK", nipt="L00000001A", created_at=clock.machine())
    accounts = [open_account(company, number) for number in range(3)]
    sizes = (SMALL, MIDDLE, LARGE[size])
    until = datetime.combine(today, datetime.min.time(), UTC)
    statements_history.grow({one.pk: lines for one, lines in zip(accounts, sizes, strict=True)}, until=until)
    small, middle, large = BankAccount.objects.filter(pk__in=[one.pk for one in accounts]).order_by("pk")
    against = Sides(pace, ROUND_SECONDS[size])
    return [
        *_pages(against, small, large, today),
        _months(against, large, today),
        *_words(against, middle, large, today),
        *_any_words(large, today, searches=SEARCHES[size]),
    ]


class Sides:
    """Two acts, timed in the same rounds."""

    def __init__(self, pace: Pace, seconds: float) -> None:
        self.rounds, self.seconds = 2 * pace.rounds + 1, seconds

    def times(self, one: Callable[[], object], other: Callable[[], object]) -> float:
        """How many times as long the one takes as the other."""
        found = interleave({"one": self._rate(one), "other": self._rate(other)}, rounds=self.rounds)
        return ratio(found["other"], found["one"])

    def _rate(self, act: Callable[[], object]) -> Callable[[], float]:
        return lambda: rate(act, seconds=self.seconds)


def _pages(against: Sides, small: BankAccount, large: BankAccount, today: date) -> list[Result]:
    acts: dict[str, Act] = {
        "first page": lambda account: selectors.page(account, Search(), None),
        "page of a year ago": lambda account: selectors.page(account, Search(to_on=today - YEAR), None),
        "last page": lambda account: selectors.page(account, Search(), Cursor("older", LINES_A_PAGE + 1)),
        "opening balance": lambda account: balances.balance_on(account.pk, today - YEAR),
    }
    return [
        Result(
            "statements",
            f"{words}: account of {large.last_sequence:,} lines / of {small.last_sequence:,}",
            against.times(partial(act, large), partial(act, small)),
            "x",
            PAGE_BAR,
            "lower",
        )
        for words, act in acts.items()
    ]


def _months(against: Sides, large: BankAccount, today: date) -> Result:
    five_years = Period(today.replace(day=1) - 5 * YEAR, today)
    times = against.times(lambda: turnovers.monthly(large, five_years), lambda: selectors.page(large, Search(), None))
    words = f"monthly totals of five years / first page: account of {large.last_sequence:,} lines"
    return Result("statements", words, times, "x", MONTHS_BAR, "lower")


def _words(against: Sides, middle: BankAccount, large: BankAccount, today: date) -> list[Result]:
    return [
        Result(
            "statements",
            f"{kind}, in a year: account of {large.last_sequence:,} lines / of {middle.last_sequence:,}",
            against.times(partial(_search, large, search), partial(_search, middle, search)),
            "x",
            WORDS_BAR,
            "lower",
        )
        for kind, search in _asked(today).items()
    ]


def _asked(today: date) -> dict[str, Search]:
    year = _year(today)
    firsts = [payee.name.split()[0] for payee in statements_history.payees()]
    return {
        "a word of most lines": replace(year, words="fatura"),
        "a frequent payee": replace(year, words=firsts[0]),
        "a rare payee": replace(year, words=firsts[-1]),
        "two words that seldom meet": replace(year, words=f"kontrata {firsts[-2]}"),
        "two common words": replace(year, words="cimento ndertim"),
        "a word of no line": replace(year, words="xhungël"),
        "an amount of few lines": replace(year, min_minor=1_234_567, max_minor=1_234_567),
        "an amount of no line": replace(year, min_minor=statements_history.AMOUNT_MAX_MINOR + 1),
        "amounts of a quarter of the lines": replace(year, min_minor=statements_history.AMOUNT_MAX_MINOR // 2),
    }


def _year(today: date) -> Search:
    return Search(from_on=today - YEAR, to_on=today)


def _any_words(account: BankAccount, today: date, *, searches: int) -> list[Result]:
    """One search after the other as people ask: payees, beginnings of words, references, goods, words, an amount."""
    dice = Random(1957)  # noqa: S311  what is asked, no secrets
    payees = statements_history.payees()
    goods = statements_history.GOODS
    ways: Sequence[Callable[[], str]] = (
        lambda: dice.choice(payees).name,
        lambda: dice.choice(payees).name[: dice.randint(3, 5)],
        lambda: dice.choice(payees).iban,
        lambda: f"fatura {dice.randint(1, 9973)}",
        lambda: f"{dice.choice(goods)} {dice.choice(payees).name.split()[0]}",
        lambda: f"{dice.choice(goods)} kontrata {dice.randint(300, 396)}",
    )
    taken = []
    for number in range(searches):
        search = replace(_year(today), words=ways[number % len(ways)]())
        if number % AMOUNT_EVERY == 0:
            amount = dice.randint(100, statements_history.AMOUNT_MAX_MINOR)
            search = replace(_year(today), min_minor=amount, max_minor=amount)
        started_at = time.perf_counter()
        _search(account, search)
        taken.append((time.perf_counter() - started_at) * 1_000)
    name = f"{searches:,} searches in a year of {account.last_sequence:,} lines"
    return [
        Result("statements", f"{name}, median", median(taken), "ms", MEDIAN_BAR_MS, "lower"),
        Result("statements", f"{name}, p99", quantiles(taken, n=100)[98], "ms", P99_BAR_MS, "lower"),
    ]


def _search(account: BankAccount, search: Search) -> object:
    return selectors.page(account, search, None)

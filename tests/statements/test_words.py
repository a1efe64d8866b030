"""Words: what finds what, with and without the written words, and that these say nothing but what the books say."""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

import hypothesis
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, strategies as st

from accounts import ledger
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Entry
from accounts.models.ledger import Channel, Kind
from accounts.selectors import house_account
from statements import selectors, tasks, words
from statements.models import WordLine
from statements.searches import Cursor, Search
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

IBAN = builders.OTHER_BANK_IBAN
TEXTS = ("Kafé", "çmim", "CMIMI", "Fatura 2026/1147", "fatura 9", "E2E-77", "qira", "Ëndërr", "100%", "")
ASKED = ("", "kafe", "CMIM", "fatura", "fatura 2026", "2026 fatura", "e", "77", "enderr qira", "100%", "%", "zzz", "at")


@pytest.fixture
def account() -> BankAccount:
    """An account on which nothing was booked yet, with a wide overdraft."""
    return builders.account(builders.company("ALFA SHPK"), overdraft_minor=10**12)


def book(account: BankAccount, text: str, *, minor: int = -5_00, kind: str = Kind.DOMESTIC, reference: str = ""):
    """Paid to BETA NDËRTIM, or come from Kafé Ëndrra."""
    facts = Facts(
        kind=Kind(kind),
        channel=Channel.ONLINE if minor < 0 else Channel.INTERBANK,
        debtor_name="ALFA SHPK" if minor < 0 else "Kafé Ëndrra",
        creditor_name="BETA NDËRTIM SHPK" if minor < 0 else "ALFA SHPK",
        creditor_iban=IBAN if minor < 0 else "",
        remittance_information=text,
        end_to_end_id=reference,
    )
    legs = [Leg(account.pk, minor), Leg(house_account("core", "ALL").pk, -minor)]
    ledger.post(key=f"test:{builders.unique()}", legs=legs, facts=facts, value_on=AT.date(), at=AT)


def numbers(account: BankAccount, search: Search) -> list[int]:
    return [line.sequence for line in selectors.page(account, search, None).lines]


def in_blanks(iban: str) -> str:
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Kafé", "kafe"),
        ("ÇMIMI i çdo gjëje", "cmimi i cdo gjeje"),
        ("  Fatura 2026/1147, pjesa II ", "fatura 2026 1147 pjesa ii"),
        ("SHËRBIME “ËNDRRA” sh.p.k.", "sherbime endrra sh p k"),
        ("Kafe\u0301 e\u0308ndrra", "kafe endrra"),
        ("İstanbul, Đorđe Łódź", "istanbul dorde lodz"),
        ("ΑΘΉΝΑ Београд", "αθηνα београд"),
        ("!!! %_", ""),
        ("", ""),
    ],
)
def test_words_are_told_plainly(written: str, plain: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT plain_words(%s)", [written])
        assert cursor.fetchone() == (plain,)


@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kafe", True),
        ("KAFÉ", True),
        ("kaf", True),
        ("cmim", True),
        ("çmimi", True),
        ("cmimi kafe", True),
        ("kafe fatur 1147", True),
        ("2026/1147", True),
        ("ndertim", True),
        ("beta ndër", True),
        ("RF18-5390", True),
        (IBAN, True),
        (in_blanks(IBAN), True),
        (in_blanks(IBAN)[:12].lower(), True),
        ("afe", False),
        ("kafe gama", False),
        ("fatura", False),
        ("alfa", False),
        ("online", False),
        ("=online", False),
        ("%", False),
        ("' OR 1=1", False),
        ("kafe:* | x", False),
    ],
)
def test_what_finds_a_line(asked: str, found: bool, is_written: bool, account: BankAccount) -> None:
    book(account, "Kafé, çmimi sipas faturës 2026/1147", reference="RF18 5390 0754")
    if is_written:
        words.write(account.pk)

    assert numbers(account, Search(words=asked)) == ([1] if found else [])


@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(kind="domestic"), [1]),
        (Search(kind="incoming"), [2]),
        (Search(kind="fee"), []),
        (Search(direction="in"), [2]),
        (Search(channel="online"), [1]),
        (Search(channel="online", kind="incoming"), []),
        (Search(words="qira", direction="out"), [1]),
        (Search(words="qira", min_minor=6_00), [2]),
        (Search(words="qira", max_minor=5_00), [1]),
        (Search(words="kafe"), [2]),
        (Search(words="beta"), [1]),
    ],
)
def test_marks_and_amounts_narrow_what_words_find(
    search: Search, found: list[int], is_written: bool, account: BankAccount
) -> None:
    book(account, "qira")
    book(account, "qira", minor=7_00, kind=Kind.INCOMING)
    if is_written:
        words.write(account.pk)

    assert numbers(account, search) == found


def test_a_fee_is_a_kind_of_its_own(account: BankAccount) -> None:
    facts = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, creditor_name="BETA")
    legs = [
        Leg(account.pk, -5_00),
        Leg(house_account("core", "ALL").pk, 5_00),
        Leg(account.pk, -50, Entry.Part.FEE),
        Leg(house_account("fees", "ALL").pk, 50, Entry.Part.FEE),
    ]
    ledger.post(key=f"test:{builders.unique()}", legs=legs, facts=facts, value_on=AT.date(), at=AT)

    assert numbers(account, Search(kind="domestic")) == [1]
    assert numbers(account, Search(kind="fee")) == [2]
    assert numbers(account, Search(words="beta")) == [2, 1]


@pytest.mark.parametrize(("asked", "found"), [("ndertim", 1), (in_blanks(IBAN), 1), ("fatur 1147", 1), ("%", 0)])
def test_held_lines_are_searched_alike(asked: str, found: int) -> None:
    account = builders.funded(builders.company(), 10_000_00)
    facts = Facts(
        kind=Kind.DOMESTIC,
        channel=Channel.ONLINE,
        creditor_name="BETA NDËRTIM SHPK",
        creditor_iban=IBAN,
        remittance_information="Fatura 1147",
    )
    ledger.hold(
        key=f"test:{account.pk}", account_id=account.pk, amount_minor=480_00, facts=facts, expected_on=AT.date(), at=AT
    )

    assert len(selectors.held(account, Search(words=asked))) == found
    assert selectors.held(account, Search(words=asked, kind="internal")) == []


lines = st.tuples(
    st.lists(st.sampled_from(TEXTS), max_size=3).map(" ".join), st.sampled_from([-3_00, -5_00, 5_00, 9_00])
)
searches = st.builds(
    Search,
    words=st.sampled_from(ASKED),
    direction=st.sampled_from([None, "in", "out"]),
    channel=st.sampled_from(["", "online", "interbank"]),
    kind=st.sampled_from(["", "domestic", "fee"]),
    min_minor=st.sampled_from([None, 4_00]),
    max_minor=st.sampled_from([None, 6_00]),
)


@hypothesis.settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@hypothesis.given(history=st.lists(lines, max_size=14), written=st.integers(0, 14), search=searches)
def test_written_words_and_the_rest_find_what_reading_every_line_finds(
    history: list[tuple[str, int]], written: int, search: Search
) -> None:
    account = builders.account(builders.company("ALFA SHPK"), overdraft_minor=10**12)
    for text, minor in history:
        book(account, text, minor=minor)
    words.write(account.pk, lines_max=written)
    wanted = [number for number, line in enumerate(history, start=1) if fits(search, *line)][::-1]

    pages = [selectors.page(account, search, None, size=2)]
    while pages[-1].older:
        pages.append(selectors.page(account, search, pages[-1].older, size=2))
    back = selectors.page(account, search, Cursor("newer", 0), size=100)

    assert [line.sequence for page in pages for line in page.lines] == wanted
    assert [line.sequence for line in back.lines] == wanted


def fits(search: Search, text: str, minor: int) -> bool:
    """The same by other means: each word asked for begins a word of the line."""
    side = f"BETA NDERTIM SHPK {IBAN}" if minor < 0 else "Kafé Ëndrra"
    said, asked = plainly(f"{side} {text}"), plainly(search.words)
    return (
        (bool(asked) or not search.words)
        and all(any(word.startswith(begin) for word in said) for begin in asked)
        and search.direction in {None, "in" if minor > 0 else "out"}
        and search.channel in {"", "interbank" if minor > 0 else "online"}
        and search.kind in {"", "domestic"}
        and (search.min_minor or 0) <= abs(minor) <= (search.max_minor or 10**9)
    )


def plainly(text: str) -> list[str]:
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return "".join(one if one.isalnum() else " " for one in bare.lower()).split()


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("asked", ["rare", "often", "rare often", "odd", "ofte", "never"])
@pytest.mark.parametrize(("first", "last"), [(1, 70_000), (64_001, 66_500), (65_536, 65_537), (69_990, 80_000)])
def test_the_index_finds_across_its_parts(
    asked: str, first: int, last: int, newest_first: bool, account: BankAccount
) -> None:
    said = {
        number: f" {'rare' if number % 613 == 0 else 'x'} {'odd' if number % 2 else 'often'} =out "
        for number in range(62_000, 70_001)
    }
    WordLine.objects.bulk_create(
        WordLine(account=account, sequence=number, amount_minor=-1, words=text) for number, text in said.items()
    )

    found = words.found(
        account, Search(words=asked), first=first, last=last, newest_first=newest_first, lines_max=4_500
    )

    begins = asked.split()
    wanted = [n for n in said if first <= n <= last and all(f" {begin}" in said[n] for begin in begins)]
    assert list(found) == (wanted[::-1] if newest_first else wanted)[:4_500]


def test_words_are_written_once_and_in_the_order_of_the_books(account: BankAccount) -> None:
    for number in range(5):
        book(account, f"fatura {number}")

    turns = [words.write(account.pk, lines_max=3), words.write_new(since=AT), words.write(account.pk)]

    assert (turns[0], turns[2]) == (3, 0)
    assert turns[1] >= 2
    assert list(WordLine.objects.filter(account=account).values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]


def test_an_account_waits_until_all_its_words_are_written(account: BankAccount) -> None:
    book(account, "fatura")

    assert account.pk in words.waiting()
    assert account.pk in words.waiting(since=AT)
    assert account.pk not in words.waiting(since=AT + timedelta(days=1))
    assert house_account("core", "ALL").pk not in words.waiting()

    words.write(account.pk)

    assert account.pk not in words.waiting()


def test_the_ticks_write_what_was_booked_lately_and_what_was_left(
    account: BankAccount, clock_at: Callable[[datetime], None]
) -> None:
    book(account, "kafe")
    clock_at(AT + timedelta(hours=2))

    tasks.write_words()
    assert not WordLine.objects.filter(account=account).exists()
    tasks.write_left_words()
    assert WordLine.objects.filter(account=account).count() == 1

    clock_at(AT + timedelta(minutes=59))
    book(account, "kafe")
    tasks.write_words()
    assert WordLine.objects.filter(account=account).count() == 2


def test_words_that_were_forgotten_are_written_anew(account: BankAccount) -> None:
    for number in range(3):
        book(account, f"fatura {number}")
    words.write(account.pk)
    before = list(WordLine.objects.filter(account=account).values_list("sequence", "words"))

    assert words.forget(account.pk) == 3
    assert numbers(account, Search(words="fatur")) == [3, 2, 1]
    call_command("search_words")
    call_command("search_words", "--again")

    assert list(WordLine.objects.filter(account=account).values_list("sequence", "words")) == before
    assert numbers(account, Search(words="fatur")) == [3, 2, 1]


@pytest.mark.parametrize(
    "act",
    [
        "INSERT INTO statements_wordline (account_id, sequence, amount_minor, words) VALUES (1, 99, 1, ' kafe ')",
        "UPDATE statements_wordline SET words = ' kafe '",
        "DELETE FROM statements_wordline",
        "TRUNCATE statements_wordline",
    ],
)
def test_the_portal_itself_writes_no_words(act: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_runtime(act)


def as_runtime(act: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(act)


def test_written_words_are_never_changed(account: BankAccount) -> None:
    book(account, "kafe")
    words.write(account.pk)

    with pytest.raises(IntegrityError, match="word_lines_are_never_changed"), transaction.atomic():
        WordLine.objects.filter(account=account).update(words=" tjetër ")


def test_words_stand_between_blanks(account: BankAccount) -> None:
    with pytest.raises(IntegrityError, match="words_stand_between_blanks"), transaction.atomic():
        WordLine.objects.create(account=account, sequence=1, amount_minor=1, words="kafe")


def test_posting_writes_no_words(account: BankAccount) -> None:
    book(account, "kafe")

    assert not WordLine.objects.filter(account=account).exists()

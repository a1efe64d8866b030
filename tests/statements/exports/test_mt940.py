"""MT940 field by field: what stands where, what is too long for it, and what it cannot say."""

import re
from datetime import date
from typing import Any

import mt940
import pytest

from accounts.models import Entry
from accounts.models.ledger import Kind
from statements.exports.mt940 import (
    AMOUNT_END_MINOR,
    LINES_MAX,
    SIGNS_A_MESSAGE,
    TooLargeForMt940,
    TooLongForMt940,
    plain,
)
from tests.statements.exports.reading import messages
from tests.statements.exports.telling import IBAN, file_of, row

X_SET = re.compile(r"[A-Za-z0-9/\-?:().,'+ \r\n]*")
LONGEST: dict[str, Any] = {
    "other_name": "EMËR I GJATË" * 12,
    "remittance": "Përshkrim " * 14,
    "end_to_end_id": "R" * 35,
}


def text_of(*rows, **changes) -> str:
    return file_of("mt940", *rows, **changes).decode("ascii")


def field(text: str, tag: str) -> list[str]:
    """What stands in every field of this tag, its lines joined by a bar."""
    found = re.findall(rf"^:{tag}:(.*(?:\r\n(?![:-]).*)*)\r$", text, re.MULTILINE)
    return [one.replace("\r\n", "|") for one in found]


def details(**changes) -> str:
    """Field 86 of one line."""
    return field(text_of(row(**changes)), "86")[0]


# --- Field by field --------------------------------------------------------------------------------------------------


def test_a_period_of_one_line_is_one_message() -> None:
    assert text_of(row()).split("\r\n") == [
        ":20:F261120000000001",
        f":25:{IBAN}",
        ":28C:26324/1",
        ":60F:C261101ALL1000,00",
        ":61:2611201119C250,00NTRFDI2611200001//1",
        ":86:/EREF/DI2611200001/ORDP//NAME/OMEGA SHPK/ACCT/AL47212110090000000",
        "235698741/REMI/Fatura 2026-1147",
        ":62F:C261120ALL1250,00",
        "-",
        "",
    ]


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"minor": 1}, "C0,01NTRF"),
        ({"minor": -1}, "D0,01NTRF"),
        ({"minor": 1_00, "kind": Kind.REVERSAL}, "RD1,00NMSC"),
        ({"minor": -1_00, "kind": Kind.REVERSAL}, "RC1,00NMSC"),
        ({"minor": 1_00, "kind": Kind.RETURN}, "C1,00NRTI"),
        ({"minor": -1_00, "kind": Kind.CORE}, "D1,00NMSC"),
        ({"minor": -30, "part": Entry.Part.FEE}, "D0,30NCHG"),
        ({"minor": 30, "kind": Kind.REVERSAL, "part": Entry.Part.FEE}, "RD0,30NCHG"),
    ],
)
def test_each_line_has_its_mark_and_its_type(changes, mark: str) -> None:
    assert field(text_of(row(**changes)), "61")[0].startswith(f"2611201119{mark}")


def test_money_that_is_taken_back_is_read_back_as_taken() -> None:
    text = text_of(row(5_00), row(-5_00, kind=Kind.REVERSAL))

    found = mt940.parse(text, options=mt940.Options(reversal_sign=True))

    assert [one.data["amount"].amount for one in found] == [5, -5]


def test_debts_have_their_side_and_what_they_are_of() -> None:
    text = text_of(row(-2_000_00), opening_minor=-1)

    assert field(text, "60F") == ["D261101ALL0,01"]
    assert field(text, "62F") == ["D261120ALL2000,01"]


@pytest.mark.parametrize("reference", ["", "R" * 17, "/A", "A/", "A//B", "   "])
def test_a_reference_that_no_field_takes_is_none(reference: str) -> None:
    assert field(text_of(row(end_to_end_id=reference)), "61")[0].endswith("NTRFNONREF//1")


def test_a_day_that_is_not_closed_is_told_by_the_reference_and_by_no_line() -> None:
    """An 86 behind the last balance would be read as the last line's."""
    text = text_of(row(), is_provisional=True)

    assert field(text, "20") == ["P261120000000001"]
    assert text.replace(":20:P", ":20:F") == text_of(row())


def test_a_fee_names_what_it_is_for_and_nobody() -> None:
    said = details(minor=-30, kind=Kind.DOMESTIC, part=Entry.Part.FEE, other_name="", other_iban="", remittance="")

    assert said == "/EREF/DI2611200001/REMI/Komisioni Transferte brenda vendit"


def test_a_line_of_nobody_says_what_was_booked() -> None:
    assert details(kind=Kind.CORE, other_name="", other_iban="", remittance=" ", end_to_end_id="") == (
        "/REMI/Veprim i bankes"
    )


# --- Signs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ÇELËSI & BIJTË", "CELESI + BIJTE"),
        ('Fatura "A" – 100 €', "Fatura 'A' - 100 EUR"),
        ("Đorđe Weiß Łódź Ørsted", "Dorde Weiss Lodz Orsted"),
        ("a{b}c@d_e=f;g", "a b c d e f g"),
        ("Кирилица 漢字 😀", ""),
    ],
)
def test_every_text_is_said_in_the_signs_of_the_x_set(text: str, said: str) -> None:
    assert plain(text).strip() == said
    assert X_SET.fullmatch(plain(text))


def test_a_text_begins_no_code_word_of_its_own() -> None:
    assert (
        details(remittance="A/REMI/B//ACCT/AL00", other_name="").replace("|", "").endswith("/REMI/A-REMI-B--ACCT-AL00")
    )


@pytest.mark.parametrize("sign", [":", "-"])
@pytest.mark.parametrize("length", range(20, 40))
def test_no_line_of_a_text_begins_like_a_field_or_the_end(sign: str, length: int) -> None:
    text = text_of(row(remittance="x" * length + sign * 60))

    inner = re.search(r"^:86:.*?\r\n(.*)^:62F:", text, re.MULTILINE | re.DOTALL)
    assert inner
    assert not re.search(r"^[:-]", inner.group(1), re.MULTILINE)


def test_a_name_that_grows_in_plain_letters_pushes_nothing_out() -> None:
    said = details(other_name="Œ" * 140, remittance="Fatura").replace("|", "")

    assert said.endswith("/ACCT/AL47212110090000000235698741/REMI/Fatura")


# --- Messages --------------------------------------------------------------------------------------------------------


def test_a_long_period_goes_on_in_messages_that_hand_on_their_balance() -> None:
    text = text_of(*[row(number, **LONGEST) for number in range(1, 41)])
    found = messages(text.encode())

    assert max(len(one) + len("-\r\n") for one in found) <= SIGNS_A_MESSAGE
    assert field(text, "28C") == [f"26324/{number}" for number in range(1, len(found) + 1)]
    assert (len(field(text, "60F")), len(field(text, "62F"))) == (1, 1)
    assert field(text, "60M") == field(text, "62M")
    assert len(field(text, "60M")) == len(found) - 1
    assert {*field(text, "20")} == {"F261120000000040"}


def test_each_message_adds_up_for_whoever_reads_it_alone() -> None:
    text = text_of(*[row(number * (-1) ** number, **LONGEST) for number in range(1, 30)])

    for one in map(mt940.parse, messages(text.encode())):
        first = one.data.get("final_opening_balance") or one.data["intermediate_opening_balance"]
        last = one.data.get("final_closing_balance") or one.data["intermediate_closing_balance"]
        assert first.amount.amount + sum(line.data["amount"].amount for line in one) == last.amount.amount


def test_the_messages_of_the_longest_file_are_counted_in_five_digits() -> None:
    found = messages(file_of("mt940", *[row(**LONGEST)] * 100))
    in_each = [one.count(":61:") for one in found[:-1]]

    assert LINES_MAX / min(in_each) <= 99_999


# --- What it cannot say ----------------------------------------------------------------------------------------------


def test_more_lines_than_messages_can_count_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statements.exports.mt940.LINES_MAX", 1)

    with pytest.raises(TooLongForMt940, match="2"):
        file_of("mt940", row(), row())


@pytest.mark.parametrize("minor", [AMOUNT_END_MINOR - 1, 1 - AMOUNT_END_MINOR])
def test_the_largest_sum_has_fifteen_signs(minor: int) -> None:
    text = text_of(row(minor), opening_minor=0)

    assert "999999999999,99" in field(text, "61")[0]
    assert field(text, "62F")[0].endswith("ALL999999999999,99")


@pytest.mark.parametrize(
    ("amounts", "opening"), [([AMOUNT_END_MINOR, -1], 0), ([1, -1], AMOUNT_END_MINOR - 1), ([], -AMOUNT_END_MINOR)]
)
def test_a_sum_of_more_is_refused_also_on_the_way(amounts: list[int], opening: int) -> None:
    with pytest.raises(TooLargeForMt940):
        file_of("mt940", *map(row, amounts), opening_minor=opening)


def test_sums_that_only_together_are_too_large_are_no_reason_to_refuse() -> None:
    half = AMOUNT_END_MINOR // 2

    assert len(field(text_of(row(half), row(-half), row(half), opening_minor=0), "61")) == 3


def test_days_at_the_turn_of_a_year_keep_both() -> None:
    said = field(text_of(row(booked_on=date(2026, 12, 31), value_on=date(2027, 1, 4))), "61")[0]

    assert said.startswith("2701041231C")

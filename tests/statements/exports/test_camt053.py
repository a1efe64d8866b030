"""camt.053 element by element, and that no text of anybody's breaks the schema."""

import re
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from accounts.models import Entry
from accounts.models.ledger import Kind
from statements.exports import camt053
from statements.exports.history import CONTROLS
from tests.statements.exports.reading import NS, document, said
from tests.statements.exports.telling import IBAN, file_of, row

# What history.py leaves of a text: anything but control signs.
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda text: re.sub(CONTROLS, " ", text.replace("\0", ""))
)


def told(*rows, **changes):
    """The document, which the schema accepted."""
    return document(file_of("camt053", *rows, **changes))


def entry(**changes):
    return told(row(**changes)).find(".//c:Ntry", NS)


def test_the_head_names_the_account_its_owner_and_the_bank() -> None:
    root = told()

    assert said(root, "//c:Stmt/c:Acct/c:Id/c:IBAN") == IBAN
    assert said(root, "//c:Ownr/c:Nm") == "ÇELËSI & BIJTË SHPK"
    assert said(root, "//c:Ownr//c:Othr/c:Id") == "L71234567A"
    assert said(root, "//c:Svcr//c:BICFI") == "NCBAALTX"


def test_the_days_are_whole_days_in_tirana() -> None:
    summer = told().find(".//c:FrToDt", NS)

    assert said(summer, "c:FrDtTm") == "2026-11-01T00:00:00+01:00"
    assert said(summer, "c:ToDtTm") == "2026-11-20T23:59:59+01:00"
    assert said(told(), "//c:Stmt/c:CreDtTm") == "2026-11-20T09:00:00Z"


def test_the_same_books_have_the_same_number_and_the_next_line_a_higher_one() -> None:
    once, again, later = (told(*[row()] * count, before=40) for count in (2, 2, 3))

    assert [said(one, "//c:ElctrncSeqNb") for one in (once, again, later)] == ["42", "42", "43"]
    assert said(once, "//c:Stmt/c:Id") == said(again, "//c:Stmt/c:Id") != said(later, "//c:Stmt/c:Id")


def test_the_summary_counts_and_adds_both_sides() -> None:
    summary = told(row(500_00), row(-20_00), row(-30_01)).find(".//c:TxsSummry", NS)

    assert said(summary, "c:TtlNtries/c:NbOfNtries") == "3"
    assert said(summary, "c:TtlNtries/c:Sum") == "550.01"
    assert said(summary, "c:TtlNtries//c:Amt") == "449.99"
    assert (said(summary, "c:TtlCdtNtries/c:Sum"), said(summary, "c:TtlDbtNtries/c:Sum")) == ("500.00", "50.01")


def test_a_day_that_is_not_closed_has_an_interim_balance_and_says_so() -> None:
    root = told(row(), is_provisional=True)

    assert [said(one, "c:Tp//c:Cd") for one in root.iterfind(".//c:Bal", NS)] == ["OPBD", "CLBD", "ITBD"]
    assert said(root, "//c:AddtlStmtInf") == "Gjendja në fund, e përkohshme deri në mbylljen e ditës"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": Kind.INCOMING}, ("RCDT", "DMCT", "incoming")),
        ({"minor": -1, "kind": Kind.BUDGET}, ("ICDT", "DMCT", "budget")),
        ({"minor": -1, "kind": Kind.OWN}, ("ICDT", "BOOK", "own")),
        ({"kind": Kind.RETURN}, ("ICDT", "RRTN", "return")),
        ({"minor": -1, "part": Entry.Part.FEE}, ("MDOP", "CHRG", "fee")),
        ({"minor": 1, "kind": Kind.REVERSAL, "part": Entry.Part.FEE}, ("MCOP", "CHRG", "fee")),
    ],
)
def test_each_line_says_by_code_what_it_is(changes, code: tuple[str, str, str]) -> None:
    found = entry(**changes)

    paths = (".//c:Fmly/c:Cd", ".//c:SubFmlyCd", ".//c:Prtry/c:Cd")
    assert tuple(said(found, path) for path in paths) == code


def test_every_kind_has_a_code() -> None:
    assert set(camt053.CODES) == set(Kind)


def test_a_reversal_is_marked_and_keeps_its_side() -> None:
    found = entry(minor=-5_00, kind=Kind.REVERSAL)

    assert (said(found, "c:RvslInd"), said(found, "c:CdtDbtInd"), said(found, "c:Amt")) == ("true", "DBIT", "5.00")


@pytest.mark.parametrize(("minor", "role"), [(1, "Dbtr"), (-1, "Cdtr")])
def test_the_other_side_is_who_paid_or_who_was_paid(minor: int, role: str) -> None:
    parties = entry(minor=minor).find(".//c:RltdPties", NS)

    assert said(parties, f"c:{role}/c:Pty/c:Nm") == "OMEGA SHPK"
    assert len(parties) == 2


def test_an_account_that_is_no_iban_is_named_as_it_is() -> None:
    assert said(entry(other_iban="<0012345678>"), ".//c:DbtrAcct/c:Id/c:Othr/c:Id") == "<0012345678>"


def test_what_is_empty_is_left_out() -> None:
    found = entry(other_name=" ", other_iban="", remittance=" ", end_to_end_id="")

    assert said(found, ".//c:EndToEndId") == "NOTPROVIDED"
    assert found.findall(".//c:Nm", NS) == found.findall(".//c:RmtInf", NS) == []


def test_an_owner_without_a_name_or_a_number_is_nobody() -> None:
    assert len(told(holder="", nipt="").find(".//c:Ownr", NS)) == 0


@settings(max_examples=150, deadline=None)
@given(
    holder=TEXTS,
    names=TEXTS.map(lambda text: text[:140]),
    remittance=TEXTS.map(lambda text: text[:140]),
    account=TEXTS.map(lambda text: text[:34]),
    reference=TEXTS.map(lambda text: text[:35]),
    kind=st.sampled_from(Kind),
    minor=st.sampled_from([1, -1]),
)
def test_no_text_breaks_the_schema(holder, names, remittance, account, reference, kind, minor) -> None:
    changes: dict[str, Any] = {
        "other_name": names,
        "other_iban": account,
        "remittance": remittance,
        "end_to_end_id": reference,
    }

    root = told(row(minor, kind=kind, **changes), holder=holder)

    assert said(root, "//c:Ustrd") == (remittance if remittance.strip() else "")


def test_every_field_takes_the_longest_text_of_the_books() -> None:
    longest: dict[str, Any] = {
        "other_name": "&" * 140,
        "remittance": "<" * 140,
        "end_to_end_id": ">" * 35,
        "other_iban": '"' * 34,
    }

    assert said(told(row(**longest), holder="Ç" * 200), "//c:Ownr/c:Nm") == "Ç" * 140

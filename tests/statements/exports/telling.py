"""Periods that no database tells, so that a format is seen alone and two runs write the same bytes."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import Entry
from accounts.models.ledger import Channel, Kind
from statements.exports.formats import FORMATS
from statements.exports.history import Head, History, Row
from tests.builders import AT, OTHER_BANK_IBAN
from tests.statements.exports.reading import NOVEMBER

IBAN = "AL35202111090000000001234567"
EMPTY = Head(
    account_id=1,
    iban=IBAN,
    currency="ALL",
    holder="ÇELËSI & BIJTË SHPK",
    nipt="L71234567A",
    period=NOVEMBER,
    before=0,
    last=0,
    opening_minor=1_000_00,
    closing_minor=1_000_00,
    turnover_in_minor=0,
    turnover_out_minor=0,
    count_in=0,
    count_out=0,
    is_provisional=False,
    issued_at=AT,
)


@dataclass(frozen=True)
class Told(History):
    """A history whose lines are at hand."""

    told: tuple[Row, ...] = ()

    def rows(self) -> Iterator[Row]:
        return iter(self.told)


def row(minor: int = 250_00, *, kind: Kind = Kind.INCOMING, **changes: Any) -> Row:
    """A line; its number and its balance are `history`'s."""
    plain = Row(
        sequence=0,
        booked_on=date(2026, 11, 19),
        value_on=date(2026, 11, 20),
        amount_minor=minor,
        balance_after_minor=0,
        part=Entry.Part.PRINCIPAL,
        kind=kind,
        channel=Channel.INTERBANK,
        other_name="OMEGA SHPK",
        other_iban=OTHER_BANK_IBAN,
        remittance="Fatura 2026/1147",
        end_to_end_id="DI2611200001",
        posting_uuid=UUID("019a9d1c-0000-7000-8000-000000000001"),
    )
    return plain._replace(**changes)


def history(*rows: Row, **changes: Any) -> Told:
    """A period of these lines that adds up; `changes` are facts of its head."""
    head = replace(EMPTY, **changes)
    balance, told = head.opening_minor, []
    for number, one in enumerate(rows, start=head.before + 1):
        balance += one.amount_minor
        told.append(one._replace(sequence=number, balance_after_minor=balance))
    amounts = [one.amount_minor for one in rows]
    coming, leaving = [one for one in amounts if one > 0], [-one for one in amounts if one < 0]
    counted = replace(
        head,
        last=head.before + len(rows),
        closing_minor=balance,
        turnover_in_minor=sum(coming),
        turnover_out_minor=sum(leaving),
        count_in=len(coming),
        count_out=len(leaving),
    )
    return Told(counted, told=tuple(told))


def file_of(code: str, *rows: Row, **changes: Any) -> bytes:
    """The period in one format."""
    file = io.BytesIO()
    FORMATS[code].write(history(*rows, **changes), file)
    return file.getvalue()

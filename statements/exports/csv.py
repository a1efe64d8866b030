"""CSV: written by PostgreSQL and copied as it comes, for nothing is quicker; the sums around it are Python's.

The columns are those of statements/exports/columns.py. A sum has no thousands; debit and credit have no sign.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import IO, Final

from django.utils.translation import gettext as _

from accounts.money import MINOR_PER_MAJOR
from accounts.sheets import EXCEL_SQ, GUARD, RFC_4180, CsvForm, Sum, csv_line, sum_text
from statements.exports.columns import closing_label, columns, labels
from statements.exports.history import Head, History

LINES_A_COPY: Final = 20_000


def write(history: History, file: IO[bytes], *, form: CsvForm) -> None:
    """Head, opening, lines, turnovers, closing: CR LF at the end of each."""
    head = history.head
    end = [head.currency, head.iban]

    def amount(minor: int) -> Sum:
        return Sum(sum_text(minor, form.decimal_mark))

    def line(day: date | None, label: str, debit: str | None, credit: str | None, balance: str | None) -> bytes:
        return csv_line([None, day, None, label, *[None] * 5, debit, credit, balance, *end], form)

    file.write(form.byte_order_mark)
    file.write(csv_line([column.title for column in columns()], form))
    file.write(line(head.period.first, _("Gjendja në fillim"), None, None, amount(head.opening_minor)))
    for piece in history.copied(_query(form), _facts(head, form), size=LINES_A_COPY):
        # No text has a line's end of its own (history.LINES), so that each of these ends a line.
        file.write(piece.replace(b"\n", b"\r\n"))
    turnover_out, turnover_in = amount(head.turnover_out_minor), amount(head.turnover_in_minor)
    file.write(line(None, _("Qarkullimi"), turnover_out, turnover_in, None))
    file.write(line(head.period.last, closing_label(head), None, None, amount(head.closing_minor)))


write_excel = partial(write, form=EXCEL_SQ)
write_rfc_4180 = partial(write, form=RFC_4180)


def _query(form: CsvForm) -> str:
    """A COPY of the lines' texts; everything that is not ours comes as a parameter."""
    fee, kinds, channels = "part = 'fee'", _case("kind", labels().kinds), _case("channel", labels().channels)
    cells = [
        "sequence",
        _day("booked_on", form),
        _day("value_on", form),
        _text(f"CASE WHEN {fee} THEN %(fee)s WHEN other_name = '' THEN {kinds} ELSE other_name END"),
        "NULLIF(other_iban, '')",
        _text(f"CASE WHEN {fee} THEN {kinds} ELSE remittance END"),
        _text("end_to_end_id"),
        channels,
        kinds,
        f"CASE WHEN amount_minor < 0 THEN {_sum('(-amount_minor)', form)} END",
        f"CASE WHEN amount_minor > 0 THEN {_sum('amount_minor', form)} END",
        f"CASE WHEN balance_after_minor < 0 THEN '-' ELSE '' END || {_sum('abs(balance_after_minor)', form)}",
        "%(currency)s::text",
        "%(iban)s::text",
    ]
    return f"""
    COPY (SELECT {", ".join(cells)} FROM (<lines>) AS line ORDER BY sequence)
    TO STDOUT WITH (FORMAT csv, DELIMITER '{form.delimiter}', ENCODING 'UTF8')
    """  # noqa: S608  # nosec B608  our own columns


def _facts(head: Head, form: CsvForm) -> dict[str, str]:
    words = labels()
    said = {"fee": words.fee, "currency": head.currency, "iban": head.iban, "guard": GUARD, "risky": form.risky}
    said |= {f"kind_{name}": label for name, label in words.kinds.items()}
    return said | {f"channel_{name}": label for name, label in words.channels.items()}


def _case(column: str, names: Iterable[str]) -> str:
    """The words of a kind or a channel, which are parameters."""
    whens = " ".join(f"WHEN '{name}' THEN %({column}_{name})s" for name in names)
    return f"CASE {column} {whens} ELSE {column} END"


def _text(text: str) -> str:
    """A text that no spreadsheet runs; NULL where it is empty, for COPY quotes what is empty and not NULL."""
    return f"NULLIF(CASE WHEN {text} ~ %(risky)s THEN %(guard)s ELSE '' END || {text}, '')"


def _day(column: str, form: CsvForm) -> str:
    return f"to_char({column}, '{form.day[0]}')"


def _sum(minor: str, form: CsvForm) -> str:
    """Figures of an amount that is not negative."""
    units, cents = f"({minor} / {MINOR_PER_MAJOR})", f"({minor} %% {MINOR_PER_MAJOR})"
    return f"{units}::text || '{form.decimal_mark}' || lpad({cents}::text, 2, '0')"

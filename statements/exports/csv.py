"""CSV: written by PostgreSQL and copied as it comes, for nothing is quicker; the sums around it are Python's.

The columns are those of statements/exports/columns.py. A sum has no thousands; debit and credit have no sign.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import IO, Final

from django.utils.translation import gettext as _

from accounts.money import MINOR_PER_MAJOR
from accounts.sheets import EXCEL_SQ, GUARD, RFC_4180, SPLIT, SPLIT_GUARDED, CsvForm, Sum, csv_line, sum_text
from statements.exports.columns import closing_label, columns, labels
from statements.exports.history import CONTROLS, SOURCE, Head, History

LINES_A_COPY: Final = 100_000
# What a pattern of accounts.sheets may find, or is no sign for a sheet, and little else: what begins with no letter,
# has a delimiter or a control sign, or is a word and figures, as a day may be.
SUSPECT: Final = rf"^[^[:alpha:]]|[,;|]|{CONTROLS}|^[[:alpha:]]{{3}}[[:alpha:]]*[^[:alpha:]]*$"


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
    """A COPY of the lines' texts, as `history.LINES` has them; everything that is not ours comes as a parameter."""
    fee, goes = "e.part = 'fee'", "e.amount_minor < 0"
    kinds, channels = _case("p.kind", "kind", labels().kinds), _case("p.channel", "channel", labels().channels)
    creditor, debtor = (f"coalesce({_text(column)}, {kinds})" for column in ("p.creditor_name", "p.debtor_name"))
    payee, payer = _text("p.creditor_iban"), _text("p.debtor_iban")
    cells = [
        "e.sequence",
        _day("e.booked_on", form),
        _day("e.value_on", form),
        f"CASE WHEN {fee} THEN %(fee)s WHEN {goes} THEN {creditor} ELSE {debtor} END",
        f"CASE WHEN {fee} THEN NULL WHEN {goes} THEN {payee} ELSE {payer} END",
        f"CASE WHEN {fee} THEN {kinds} ELSE {_text('p.remittance_information')} END",
        _text("p.end_to_end_id"),
        channels,
        kinds,
        f"CASE WHEN {goes} THEN {_sum('(-e.amount_minor)', form)} END",
        f"CASE WHEN e.amount_minor > 0 THEN {_sum('e.amount_minor', form)} END",
        f"CASE WHEN e.balance_after_minor < 0 THEN '-' ELSE '' END || {_sum('abs(e.balance_after_minor)', form)}",
        "%(currency)s::text",
        "%(iban)s::text",
    ]
    return f"""
    COPY (SELECT {", ".join(cells)} {SOURCE})
    TO STDOUT WITH (FORMAT csv, DELIMITER '{form.delimiter}', ENCODING 'UTF8')
    """  # nosec B608  our own columns


def _facts(head: Head, form: CsvForm) -> dict[str, str]:
    words = labels()
    said = {"fee": words.fee, "currency": head.currency, "iban": head.iban}
    said |= {"guard": GUARD, "risky": form.risky, "split": SPLIT, "split_guarded": SPLIT_GUARDED}
    said["suspect"] = SUSPECT
    said |= {f"kind_{name}": label for name, label in words.kinds.items()}
    return said | {f"channel_{name}": label for name, label in words.channels.items()}


def _case(column: str, name: str, values: Iterable[str]) -> str:
    """The words of a kind or a channel, which are parameters."""
    whens = " ".join(f"WHEN '{value}' THEN %({name}_{value})s" for value in values)
    return f"CASE {column} {whens} ELSE {column} END"


def _text(column: str) -> str:
    """A column's text without control signs that no spreadsheet runs; NULL where it is empty, for COPY quotes that.

    What is not SUSPECT stays as it is: one look at nearly every text, where the others take ten times as long.
    """
    clean = f"regexp_replace({column}, '{CONTROLS}', ' ', 'g')"
    guard = f"CASE WHEN {clean} ~ %(risky)s THEN %(guard)s ELSE '' END"
    whole = f"{guard} || regexp_replace({clean}, %(split)s, %(split_guarded)s, 'g')"
    return f"NULLIF(CASE WHEN {column} ~ %(suspect)s THEN {whole} ELSE {column} END, '')"


def _day(column: str, form: CsvForm) -> str:
    return f"to_char({column}, '{form.day[0]}')"


def _sum(minor: str, form: CsvForm) -> str:
    """Figures of an amount that is not negative."""
    units, cents = f"({minor} / {MINOR_PER_MAJOR})", f"({minor} %% {MINOR_PER_MAJOR})"
    return f"{units}::text || '{form.decimal_mark}' || lpad({cents}::text, 2, '0')"

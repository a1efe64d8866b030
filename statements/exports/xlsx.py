"""XLSX: one sheet with the lines, sums as numbers, days as days; the next million lines are on the next sheet."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.utils.translation import gettext as _

from accounts.sheets import Book, fill
from statements.exports.columns import NAME_OF_THE_SHEET_MAX, closing_label, columns, labels
from statements.exports.history import History


def write(history: History, file: IO[bytes]) -> None:
    """Through a directory of its own, for an XLSX is a ZIP and is finished at its end.

    It lies beside the file where that has a name: there is room for long ones, and /tmp may be memory.
    """
    name = getattr(file, "name", None)
    with TemporaryDirectory(prefix="export-", dir=Path(name).parent if isinstance(name, str) else None) as place:
        path = Path(place) / "sheet.xlsx"
        with Book(path, _("Veprimet")[:NAME_OF_THE_SHEET_MAX], columns()) as book:
            _write(history, book)
        fill(file, path)


def _write(history: History, book: Book) -> None:
    head, words = history.head, labels()
    kinds, channels, end = words.kinds, words.channels, (head.currency, head.iban)
    none = (None,) * 5
    book.add((None, head.period.first, None, _("Gjendja në fillim"), *none, None, None, head.opening_minor, *end))
    for row in history.rows():
        amount = row.amount_minor
        book.add(
            (
                row.sequence,
                row.booked_on,
                row.value_on,
                words.name(row),
                row.other_iban,
                words.remittance(row),
                row.end_to_end_id,
                channels[row.channel],
                kinds[row.kind],
                -amount if amount < 0 else None,
                amount if amount > 0 else None,
                row.balance_after_minor,
                *end,
            )
        )
    turnovers = (head.turnover_out_minor, head.turnover_in_minor)
    book.add((None, None, None, _("Qarkullimi"), *none, *turnovers, None, *end))
    book.add((None, head.period.last, None, closing_label(head), *none, None, None, head.closing_minor, *end))

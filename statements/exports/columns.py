"""What a sheet of a period says, in the reader's language: its heads, and the words for kinds and channels."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _, pgettext

from accounts.models import Entry
from accounts.models.ledger import Channel, Kind
from accounts.sheets import Column
from statements.exports.history import Head, Row

NAME_OF_THE_SHEET_MAX: Final = 28  # of Excel's 31, for a number behind it


@dataclass(frozen=True, slots=True)
class Labels:
    """The words by which the page calls kinds, channels and a fee."""

    kinds: dict[str, str]
    channels: dict[str, str]
    fee: str

    def name(self, row: Row) -> str:
        """What a line is called: the other side, or what was booked where there is none."""
        return self.fee if row.part == Entry.Part.FEE else row.other_name or self.kinds[row.kind]

    def remittance(self, row: Row) -> str:
        return self.kinds[row.kind] if row.part == Entry.Part.FEE else row.remittance


def labels() -> Labels:
    """In the language that is active."""
    return Labels(
        kinds={str(value): str(label) for value, label in Kind.choices},
        channels={str(value): str(label) for value, label in Channel.choices},
        fee=str(Entry.Part.FEE.label),
    )


def columns() -> list[Column]:
    """Of a sheet with one line an entry, and four more lines: opening, both turnovers, closing."""
    return [
        Column(_("Nr."), "number", 8),
        Column(_("Regjistruar"), "day", 12),
        Column(_("Valuta"), "day", 12),
        Column(_("Pala tjetër"), "text", 34),
        Column(_("IBAN-i i palës tjetër"), "text", 32),
        Column(_("Përshkrimi"), "text", 44),
        Column(_("Referenca"), "text", 24),
        Column(_("Kanali"), "text", 16),
        Column(_("Lloji"), "text", 24),
        Column(_("Debi"), "sum", 16),
        Column(_("Kredi"), "sum", 16),
        Column(pgettext("balance", "Gjendja"), "sum", 18),
        Column(_("Monedha"), "text", 9),
        Column(_("Llogaria"), "text", 32),
    ]


def closing_label(head: Head) -> str:
    return provisional_label() if head.is_provisional else _("Gjendja në fund")


def provisional_label() -> str:
    return _("Gjendja në fund, e përkohshme deri në mbylljen e ditës")

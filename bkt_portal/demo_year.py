"""A year of a company's life at its bank, day by day: what happens, not yet booked. The same for the same days."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from accounts.clock import TIRANA
from accounts.models.ledger import Channel
from accounts.working_days import ONE_DAY, Calendar
from bkt_portal.demo_cast import BUYERS, SUPPLIERS, Firm, Supplier

WEDNESDAY, FRIDAY = 2, 4


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the bank's core books: signed minor units, positive into the account."""

    nipt: str
    currency: str
    amount_minor: int
    counterparty: str
    text: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Payment:
    """A domestic transfer that the company makes in the portal."""

    nipt: str
    amount_minor: int
    supplier: Supplier
    text: str


@dataclass(frozen=True, order=True, slots=True)
class Happening:
    """A fact or a payment at its moment; sorts by moment, then by company and number."""

    at: datetime
    nipt: str
    number: int
    what: Fact | Payment = field(compare=False)


def year_of(firm: Firm, calendar: Calendar, first: date, last: date) -> Iterator[Happening]:
    """What happens to one company on each working day from `first` to `last`."""
    dice = random.Random(f"{firm.nipt}{first}")  # noqa: S311  believable figures, not secrets
    number, day = 0, first
    while day <= last:
        if calendar.is_working(day):
            for minutes, what in _day_of(firm, day, dice):
                number += 1
                at = datetime.combine(day, time(8 + minutes // 60, minutes % 60), TIRANA)
                yield Happening(at, firm.nipt, number, what)
        day += ONE_DAY


def _day_of(firm: Firm, day: date, dice: random.Random) -> Iterator[tuple[int, Fact | Payment]]:
    """Minutes after 08:00, and what happens then."""
    if dice.random() < 0.45:
        invoice = f"Fatura {day.year}/{dice.randint(100, 999)}"
        yield dice.randint(20, 300), _income(firm, dice, invoice)
    if day.weekday() == FRIDAY:
        text = f"POS 0071, java deri më {day:%d.%m.%Y}"
        amount = dice.randint(900_000, 4_200_000) * firm.scale
        yield 95, Fact(firm.nipt, "ALL", amount, "Arkëtime me kartë", text, Channel.CARD)
    if dice.random() < 0.16:
        yield dice.randint(60, 340), _expense(firm, day, dice)
    if dice.random() < 0.06:
        yield 210, _payment(firm, day, dice)
    if day.day <= 7 and day.weekday() == 1:
        yield 130, Fact(firm.nipt, "ALL", -18_500_000 * firm.scale, "Paga", f"Paga {day:%m/%Y}", Channel.BRANCH)
    if 8 <= day.day <= 14 and day.weekday() == WEDNESDAY:
        text = f"Takim {day:%d.%m}, çmimi me TVSH"
        yield 270, Fact(firm.nipt, "ALL", -245_000 * firm.scale, "Kafé Europa", text, Channel.CARD)
    if "EUR" in firm.opening and dice.random() < 0.07:
        sign = 1 if dice.random() < 0.6 else -1
        who = "MERIDIANA SRL" if sign > 0 else "NORDLICHT GMBH"
        text = f"Invoice {dice.randint(1000, 9999)}"
        amount = sign * dice.randint(40_000, 420_000) * firm.scale
        yield 260, Fact(firm.nipt, "EUR", amount, who, text, Channel.INTERBANK)


def _income(firm: Firm, dice: random.Random, invoice: str) -> Fact:
    amount = dice.randint(300_000, 19_500_000) * firm.scale
    return Fact(firm.nipt, "ALL", amount, dice.choice(BUYERS), invoice, Channel.INTERBANK)


def _expense(firm: Firm, day: date, dice: random.Random) -> Fact:
    who, text, top = dice.choice(
        [("Kartë biznesi", f"Karburant {day:%d.%m}", 900_000), ("Kartë biznesi", "Materiale zyre", 450_000)]
    )
    return Fact(firm.nipt, "ALL", -dice.randint(60_000, top) * firm.scale, who, text, Channel.CARD)


def _payment(firm: Firm, day: date, dice: random.Random) -> Payment:
    supplier = dice.choice(SUPPLIERS)
    text = supplier.text.format(n=f"{day.year}/{dice.randint(100, 9999)}", m=f"{day:%m/%Y}")
    return Payment(firm.nipt, dice.randint(350_000, 14_000_000) * firm.scale, supplier, text)

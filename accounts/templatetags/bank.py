"""How the bank's figures, days and numbers look on a page: {% load bank %}. An absent value shows as nothing."""

from datetime import date, datetime

from django import template
from django.utils.translation import get_language

from accounts import clock, days, identifiers, money as amounts
from accounts.money import Money

register = template.Library()


@register.filter
def money(value: Money | int | None, currency: str = "") -> str:
    """{{ order.total|money }} or {{ order.total_minor|money:order.currency }}: 1.234.567,89 ALL."""
    if value is None:
        return ""
    return str(_as_money(value, currency))


@register.filter
def amount(value: Money | int | None) -> str:
    """Minor units as figures alone: 1.234.567,89."""
    return "" if value is None else amounts.format_amount(_minor(value))


@register.filter
def signed(value: Money | int | None) -> str:
    """A movement: +250,00 or −250,00."""
    return "" if value is None else amounts.format_signed(_minor(value))


@register.filter
def in_words(value: Money | int | None, currency: str = "") -> str:
    """The amount as a sentence in the language of the screen."""
    if value is None:
        return ""
    whole = _as_money(value, currency)
    return amounts.in_words(whole.minor, whole.currency, "en" if (get_language() or "").startswith("en") else "sq")


@register.filter
def grouped(iban: str | None) -> str:
    """An IBAN in fours."""
    return identifiers.group_iban(iban or "")


@register.filter
def masked_phone(e164: str | None) -> str:
    """+355 6• ••• •018."""
    return identifiers.mask_phone(e164) if e164 else ""


@register.filter
def long_day(value: date | None) -> str:
    """E mërkurë, 2 dhjetor 2026."""
    return days.long_day(_day(value)) if value else ""


@register.filter
def on_day(value: date | None) -> str:
    """Të mërkurën 2 dhjetor 2026."""
    return days.on_day(_day(value)) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """02.12.2026."""
    return days.short_day(_day(value)) if value else ""


@register.filter
def short_moment(moment: datetime | None) -> str:
    """02.12.2026 14:06, on Tirana's clock; its blank does not break."""
    return f"{clock.tirana(moment):%d.%m.%Y\u00a0%H:%M}" if moment else ""


@register.filter
def clock_time(moment: datetime | None) -> str:
    """14:06, on Tirana's clock."""
    return f"{clock.tirana(moment):%H:%M}" if moment else ""


@register.filter
def clock_seconds(moment: datetime | None) -> str:
    """14:06:20, on Tirana's clock."""
    return f"{clock.tirana(moment):%H:%M:%S}" if moment else ""


def _as_money(value: Money | int, currency: str) -> Money:
    return value if isinstance(value, Money) else Money(value, currency)


def _minor(value: Money | int) -> int:
    return value.minor if isinstance(value, Money) else value


def _day(value: date) -> date:
    """The day of a moment is its day in Tirana."""
    return clock.tirana_day(value) if isinstance(value, datetime) else value

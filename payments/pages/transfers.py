"""What the forms of a payment show beside their fields: the promise as it stands, and the fees."""

from typing import Any

from django.utils.translation import get_language, gettext as _

from accounts import clock
from accounts.money import format_amount, format_money
from payments import cards, promises
from payments.bank_day import bank_day
from payments.forms.transfers import TransferForm
from payments.models import Tariff

PPM_IN_PERCENT = 10_000


def transfer_page(form: TransferForm) -> dict[str, Any]:
    """The form beside the promise as it stands and the fees."""
    by = promises.rules(at=form.at)
    day = bank_day(form.at, by=by)
    promised = promises.promise_now(kind=form.kind, at=form.at, by=by)
    today = clock.tirana_day(form.at)
    sentence, *why = cards.promise_words(promised, today=today)
    if promised.cut_off and promised.execute_on == today:
        sentence = _("Sot, nëse nënshkruhet deri në %(time)s") % {"time": day.cut_off_label}
    return {
        "form": form,
        "sent_back": cards.sent_back_card(form.draft) if form.draft else None,
        "kind": form.kind,
        "amount_currency": form.only_currency,
        "bank_day": day,
        "preview": {
            "sentence": sentence,
            "reasons": why if promised.is_at_once else [],
            "is_at_once": promised.is_at_once,
            "execute_on": promised.execute_on,
            "cut_off_label": day.cut_off_label,
        },
        "is_free": not promised.cut_off and not any(_costs(band) for bands in form.tariffs.values() for band in bands),
        "tariff_rows": tariff_rows(form),
    }


def tariff_rows(form: TransferForm) -> list[tuple[str, str]]:
    """What a payment costs, band by band, in the currencies of the accounts that can pay it."""
    return [row for currency in form.currencies for row in _tariff_rows(form.tariffs[currency])]


def _costs(band: Tariff) -> bool:
    return bool(band.fixed_minor or band.rate_ppm or band.min_minor)


def _tariff_rows(bands: list[Tariff]) -> list[tuple[str, str]]:
    return [(_band_label(band), _price_label(band)) for band in bands]


def _band_label(band: Tariff) -> str:
    if band.up_to_minor is None:
        return _("Mbi këtë shumë, %(currency)s") % {"currency": band.currency} if not band.rate_ppm else band.currency
    return _("Deri në %(amount)s") % {"amount": format_money(band.up_to_minor, band.currency)}


def _price_label(band: Tariff) -> str:
    if band.rate_ppm:
        percent = f"{band.rate_ppm / PPM_IN_PERCENT:g}".replace(".", "," if get_language() == "sq" else ".")
        return _("%(percent)s %%, %(min)s–%(max)s %(currency)s") % {
            "percent": percent,
            "min": format_amount(band.min_minor),
            "max": format_amount(band.max_minor or 0),
            "currency": band.currency,
        }
    return format_money(band.fixed_minor, band.currency) if band.fixed_minor else _("pa pagesë")

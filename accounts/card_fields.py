"""Form fields for what stands on a card: its last digits and its month, never the whole number and never a PIN."""

import re
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.widgets import Widget
from django.utils.translation import gettext_lazy as _

from accounts.proofs import last_day_of


class NotRepeated(forms.PasswordInput):
    """A text field whose page never shows again what was typed into it."""

    input_type = "text"


class CardDigitsField(forms.CharField):
    """The last digits of a card, as many as are asked; cleans to them. Blanks and dashes between do not count."""

    widget = NotRepeated
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani %(asked)s shifrat e fundit të numrit në kartë."),
        "digits": _("Këtu shkruhen vetëm shifra: %(asked)s të fundit të numrit në kartë."),
        "fewer": _("Duhen %(asked)s shifrat e fundit të numrit në kartë."),
        "more": _(
            "Shkruani vetëm %(asked)s shifrat e fundit. Numrin e plotë të kartës dhe PIN-in mos i shkruani kurrë, as "
            "këtu."
        ),
    }

    def clean(self, value: Any) -> str:
        digits = re.sub(r"[\s-]", "", str(value or ""))
        asked = settings.CARD_DIGITS_ASKED
        code = (
            "required"
            if not digits
            else "digits"
            if not re.fullmatch(r"[0-9]+", digits)
            else "fewer"
            if len(digits) < asked
            else "more"
            if len(digits) > asked
            else ""
        )
        if code:
            raise ValidationError(self.error_messages[code], code=code, params={"asked": asked})
        return digits

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "numeric", "autocomplete": "off"}


class CardExpiryField(forms.CharField):
    """The month on a card, MM/YY; cleans to its last day. A month that is over is judged with the card, not here."""

    widget = NotRepeated
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani muajin dhe vitin në kartë, për shembull 09/28."),
        "shape": _("Shkruani muajin dhe vitin si në kartë, për shembull 09/28."),
    }

    def clean(self, value: Any) -> date:
        typed = str(super().clean(value)).strip()
        found = re.fullmatch(r"(0?[1-9]|1[0-2])\s*[/.-]\s*(?:20)?([0-9]{2})|(0[1-9]|1[0-2])([0-9]{2})", typed, re.ASCII)
        if not found:
            raise ValidationError(self.error_messages["shape"], code="shape")
        return last_day_of(2000 + int(found[2] or found[4]), int(found[1] or found[3]))

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "text", "autocomplete": "off", "maxlength": "10"}

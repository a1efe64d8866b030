"""Form fields for what banks ask: amount, IBAN, NIPT, customer number, day. Each wrong answer has its own sentence,
which says what to write instead."""

import re
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Widget
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import IbanProblem, IdentifierProblem, check_iban, validate_customer_number, validate_nipt
from accounts.money import (
    AMOUNT_MAX_MINOR,
    AmountAmbiguous,
    AmountNotUnderstood,
    format_amount,
    parse_amount,
)

ECHO_MAX_LENGTH = 40


class AmountField(forms.CharField):
    """A typed amount; cleans to whole minor units (int), more than zero. An initial int is shown as figures."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani shumën, për shembull 1.234,50."),
        "not_understood": _("Nuk e kuptuam “%(typed)s”. Shkruani shifra, me presje para qindarkave: 1.234,50."),
        "not_understood_suggested": _("Nuk e kuptuam “%(typed)s”. Shkruajeni %(grouped)s ose %(plain)s."),
        "ambiguous": _("“%(typed)s” mund të jetë %(first)s ose %(second)s. Shkruani atë që doni."),
        "zero": _("Shuma duhet të jetë më e madhe se zero. Shkruani sa doni të paguani."),
        "too_large": _("Shuma është tepër e madhe. Shkruani deri në %(max)s."),
    }

    def clean(self, value: Any) -> Any:
        """Minor units, or None where the field is optional and empty."""
        text = super().clean(value)
        if text in self.empty_values:
            return None
        minor = self._parse(text)
        if minor == 0:
            raise self._error("zero")
        if minor > AMOUNT_MAX_MINOR:
            raise self._error("too_large", max=format_amount(AMOUNT_MAX_MINOR))
        return minor

    def prepare_value(self, value: Any) -> Any:
        """An int is minor units; a text is what the person typed and stays as it is."""
        return format_amount(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares figures with figures."""
        return super().has_changed(self.prepare_value(initial), data)

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        """A keyboard with a decimal mark, and no memory of earlier amounts."""
        return super().widget_attrs(widget) | _unless_set(widget, {"inputmode": "decimal", "autocomplete": "off"})

    def _parse(self, text: str) -> int:
        try:
            return parse_amount(text)
        except AmountAmbiguous as error:
            first, second = (format_amount(reading) for reading in error.readings)
            raise self._error("ambiguous", typed=_echo(text), first=first, second=second) from error
        except AmountNotUnderstood as error:
            if error.suggestion_minor is None:
                raise self._error("not_understood", typed=_echo(text)) from error
            grouped = format_amount(error.suggestion_minor)
            plain = grouped.replace(".", "")
            raise self._error("not_understood_suggested", typed=_echo(text), grouped=grouped, plain=plain) from error

    def _error(self, code: str, **params: object) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class _IdentifierField(forms.CharField):
    """A text that accounts.identifiers tidies and checks; the codes of its problems are the keys of the sentences."""

    attrs: ClassVar[dict[str, str]]

    def clean(self, value: Any) -> Any:
        """The normal form, or an empty text where the field is optional and empty."""
        text = super().clean(value)
        if text in self.empty_values:
            return text
        try:
            return self._checked(text)
        except IdentifierProblem as problem:
            code = "required" if problem.code == "empty" else problem.code
            raise ValidationError(
                self.error_messages[code], code=code, params=problem.facts | {"typed": _echo(text)}
            ) from problem

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        """As the number wants to be typed."""
        return super().widget_attrs(widget) | _unless_set(widget, self.attrs)

    def _checked(self, text: str) -> str:
        raise NotImplementedError


class IbanField(_IdentifierField):
    """An IBAN; cleans to its value without blanks. Takes Albanian ones only, unless `any_country` is given."""

    attrs: ClassVar[dict[str, str]] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani IBAN-in e llogarisë. Fillon me AL dhe ka 28 shenja."),
        "characters": _(
            "Një shenjë në këtë IBAN nuk lejohet. Shkruani vetëm shkronja A–Z dhe shifra, si AL47 2121 1009 …"
        ),
        "country": _("“%(country)s” nuk është fillimi i një IBAN-i. Shkruani IBAN-in të plotë, duke filluar me AL."),
        "abroad": _("Kjo pagesë shkon vetëm te llogari në Shqipëri. Shkruani një IBAN që fillon me AL."),
        "length": _(
            "IBAN-i që fillon me %(country)s ka %(expected)s shenja, kurse ky ka %(count)s. Shihni çfarë s’përputhet."
        ),
        "mod97": _("Ky IBAN ka një gabim shtypi. Krahasojeni shenjë për shenjë me faturën dhe shkruajeni përsëri."),
        "national_digit": _(
            "Banka ose dega në këtë IBAN nuk përputhet me shifrën e kontrollit. Kërkojini përfituesit IBAN-in e saktë."
        ),
    }

    def __init__(self, *, any_country: bool = False, **kwargs: Any) -> None:
        self.any_country = any_country
        super().__init__(**kwargs)

    def _checked(self, text: str) -> str:
        abroad = IdentifierProblem("abroad")
        try:
            iban = check_iban(text)
        except IbanProblem as problem:
            # An account abroad is refused for what it is, before any slip of the pen in it.
            takes_part = (
                self.any_country or problem.facts["country"] == "AL" or problem.code in {"country", "characters"}
            )
            raise problem if takes_part else abroad from problem
        if not (self.any_country or iban.is_albanian):
            raise abroad
        return iban.value


class NiptField(_IdentifierField):
    """A company's NIPT; cleans to ten signs in upper case."""

    attrs: ClassVar[dict[str, str]] = {
        "class": "short",
        "autocomplete": "organization",
        "autocapitalize": "characters",
        "spellcheck": "false",
    }
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani NIPT-in e kompanisë, për shembull L12345678A."),
        "shape": _("NIPT-i ka një shkronjë, 8 shifra dhe një shkronjë. Shkruajeni si L12345678A."),
        "not_company": _("Ky NIPT është i një personi. Shkruani NIPT-in e kompanisë, për shembull L12345678A."),
    }

    def _checked(self, text: str) -> str:
        return validate_nipt(text)


class CustomerNumberField(_IdentifierField):
    """A customer number; cleans to nine digits as text, with its leading zeros."""

    attrs: ClassVar[dict[str, str]] = {
        "class": "short",
        "inputmode": "numeric",
        "autocomplete": "username",
        "maxlength": "11",
    }
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani numrin e klientit: 9 shifra."),
        "digits": _("Numri i klientit ka vetëm shifra. Shkruani 9 shifrat, pa shkronja."),
        "length": _("Numri i klientit ka 9 shifra, kurse ky ka %(count)s. Shkruani edhe zerot në fillim."),
    }

    def _checked(self, text: str) -> str:
        return validate_customer_number(text)


class DayField(forms.DateField):
    """A day typed day first: 4.12.2026, 04/12/2026, or 2026-12-04. Never the American order, whatever the language."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Shkruani ditën, për shembull 4.12.2026."),
        "invalid": _("Nuk e kuptuam “%(typed)s”. Shkruani ditën, muajin dhe vitin me katër shifra: 4.12.2026."),
        "no_such_day": _("Dita “%(typed)s” nuk gjendet në kalendar. Shkruani ditën, pastaj muajin: 4.12.2026."),
    }

    _DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})(?P<mark>[./-])(?P<month>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})")
    _YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%d.%m.%Y"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """The day; a date passes as it is."""
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        typed = str(value).strip()
        if not typed:
            return None
        found = self._DAY_FIRST.fullmatch(typed) or self._YEAR_FIRST.fullmatch(typed)
        if not found:
            raise self._error("invalid", typed)
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError as error:
            raise self._error("no_such_day", typed) from error

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        """Digits on a phone, and no memory of earlier days."""
        attrs = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}
        return super().widget_attrs(widget) | _unless_set(widget, attrs)

    def _error(self, code: str, typed: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params={"typed": _echo(typed)})


def _unless_set(widget: Widget, attrs: dict[str, str]) -> dict[str, str]:
    """These attributes, but for those that a form has set on the widget itself."""
    return {name: value for name, value in attrs.items() if name not in widget.attrs}


def _echo(typed: str) -> str:
    """What was typed, short enough to be repeated in a sentence."""
    return typed if len(typed) <= ECHO_MAX_LENGTH else f"{typed[: ECHO_MAX_LENGTH - 1]}…"

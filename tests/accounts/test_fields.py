from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.fields import AmountField, CustomerNumberField, DayField, IbanField, NiptField

IBAN = "AL47 2121 1009 0000 0002 3569 8741"


def _sentence(field: forms.Field, typed: object) -> str:
    with translation.override("sq"), pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert len(refused.value.messages) == 1
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("field", "typed", "clean"),
    [
        (AmountField(), "1.234,50", 1_234_50),
        (AmountField(), " 1 250 000 ", 1_250_000_00),
        (AmountField(required=False), "", None),
        (IbanField(), IBAN.lower(), "AL47212110090000000235698741"),
        (IbanField(any_country=True), "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (IbanField(required=False), "", ""),
        (NiptField(), "al l12345678a", "L12345678A"),
        (CustomerNumberField(), "000 123 456", "000123456"),
        (DayField(), "4.12.2026", date(2026, 12, 4)),
        (DayField(), "04/12/2026", date(2026, 12, 4)),
        (DayField(), "04-12-2026", date(2026, 12, 4)),
        (DayField(), "2026-12-04", date(2026, 12, 4)),
        (DayField(), "05/06/2026", date(2026, 6, 5)),
        (DayField(), date(2026, 12, 4), date(2026, 12, 4)),
        (DayField(required=False), " ", None),
    ],
)
@pytest.mark.parametrize("language", ["sq", "en"])
def test_what_is_understood_comes_out_tidy_in_every_language(
    field: forms.Field, typed: object, clean: object, language: str
) -> None:
    with translation.override(language):
        assert field.clean(typed) == clean


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Shkruani shumën"),
        (" ", "Shkruani shumën"),
        ("abc", "Nuk e kuptuam “abc”. Shkruani shifra"),
        ("1,234.50", "Nuk e kuptuam “1,234.50”. Shkruajeni 1.234,50 ose 1234,50."),
        ("1.000", "“1.000” mund të jetë 1,00 ose 1.000,00."),
        ("12.50", "“12.50” mund të jetë 12,50 ose 1.250,00."),
        ("0,00", "më e madhe se zero"),
        ("1.000.000.000.000", "Shkruani deri në 999.999.999.999,99."),
        ("9" * 500, "9…”"),
    ],
)
def test_each_wrong_amount_has_its_own_sentence(typed: str, says: str) -> None:
    assert says in _sentence(AmountField(), typed)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Shkruani IBAN-in"),
        ("AL47-2121", "Një shenjë në këtë IBAN nuk lejohet"),
        ("ZZ12", "“ZZ” nuk është fillimi i një IBAN-i"),
        ("AL47 2121", "që fillon me AL ka 28 shenja, kurse ky ka 8"),
        (f"{IBAN[:-1]}2", "gabim shtypi"),
        ("AL72 2121 1008 0000 0002 3569 8741", "shifrën e kontrollit"),
        ("DE89 3704 0044 0532 0130 00", "vetëm te llogari në Shqipëri"),
        ("DE89 3704 0044", "vetëm te llogari në Shqipëri"),
    ],
)
def test_each_wrong_iban_has_its_own_sentence(typed: str, says: str) -> None:
    assert says in _sentence(IbanField(), typed)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        (NiptField(), "", "Shkruani NIPT-in"),
        (NiptField(), "12345678", "NIPT-i ka një shkronjë, 8 shifra dhe një shkronjë"),
        (NiptField(), "A12345678B", "Ky NIPT është i një personi"),
        (CustomerNumberField(), "", "Shkruani numrin e klientit"),
        (CustomerNumberField(), "12345678X", "vetëm shifra"),
        (CustomerNumberField(), "123456", "kurse ky ka 6"),
        (DayField(), "", "Shkruani ditën"),
        (DayField(), "nesër", "Nuk e kuptuam “nesër”"),
        (DayField(), "4.12.26", "vitin me katër shifra"),
        (DayField(), "12/31/2026", "“12/31/2026” nuk gjendet në kalendar"),
        (DayField(), "31.11.2026", "nuk gjendet në kalendar"),
        (DayField(), "٤.١٢.2026", "Nuk e kuptuam"),
    ],
)
def test_each_wrong_number_or_day_has_its_own_sentence(field: forms.Field, typed: str, says: str) -> None:
    assert says in _sentence(field, typed)


class _Form(forms.Form):
    amount = AmountField()
    iban = IbanField()
    nipt = NiptField()
    customer_number = CustomerNumberField()
    execute_on = DayField()


@pytest.mark.parametrize(
    ("name", "attrs"),
    [
        ("amount", {"inputmode": "decimal", "autocomplete": "off"}),
        ("iban", {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        ("nipt", {"autocomplete": "organization", "autocapitalize": "characters", "class": "short"}),
        ("customer_number", {"inputmode": "numeric", "autocomplete": "username", "maxlength": "11"}),
        ("execute_on", {"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    ],
)
def test_inputs_help_the_phone_to_show_the_right_keys(name: str, attrs: dict[str, str]) -> None:
    assert attrs.items() <= _Form().fields[name].widget.attrs.items()


def test_a_form_may_dress_its_own_widget() -> None:
    field = NiptField(widget=forms.TextInput(attrs={"class": "wide"}))

    assert field.widget.attrs["class"] == "wide"


def test_known_values_are_shown_as_they_are_written_here() -> None:
    page = str(_Form(initial={"amount": 1_234_50, "execute_on": date(2026, 12, 4)}))

    assert 'value="1.234,50"' in page
    assert 'value="04.12.2026"' in page


def test_what_was_typed_wrongly_stays_in_the_field() -> None:
    typed: dict[str, Any] = {"amount": "1,234.50", "execute_on": "12/31/2026"}

    page = str(_Form(typed))

    assert 'value="1,234.50"' in page
    assert 'value="12/31/2026"' in page


def test_an_amount_that_reads_the_same_has_not_changed() -> None:
    assert not AmountField().has_changed(1_234_50, "1.234,50")
    assert AmountField().has_changed(1_234_50, "1.234,51")

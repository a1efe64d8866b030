import pytest
from hypothesis import given, strategies as st

from accounts.money import (
    AMOUNT_MAX_MINOR,
    CURRENCIES,
    AmountAmbiguous,
    AmountNotUnderstood,
    Money,
    format_amount,
    format_money,
    format_signed,
    in_words,
    parse_amount,
)

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1250000", 1_250_000_00),
        ("1.250.000", 1_250_000_00),
        ("1 250 000", 1_250_000_00),
        (f"1{NBSP}250{NBSP}000", 1_250_000_00),
        ("1250000,5", 1_250_000_50),
        ("1.250.000,50", 1_250_000_50),
        ("1 250 000,05", 1_250_000_05),
        ("1.000,5", 1_000_50),
        ("1 000", 1_000_00),
        ("12,50", 12_50),
        ("0,01", 1),
        ("0", 0),
        (" 5 ", 5_00),
    ],
)
def test_amounts_are_read_as_albanians_write_them(typed: str, minor: int) -> None:
    assert parse_amount(typed) == minor


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("12.50", (12_50, 1_250_00)),
        ("12.5", (12_50, 125_00)),
        ("1234.50", (1_234_50, 123_450_00)),
        ("1,000", (1_00, 1_000_00)),
        ("1.000", (1_00, 1_000_00)),
        ("1.234", (1_23, 1_234_00)),
        ("999,999", (999_99, 999_999_00)),
    ],
)
def test_an_amount_with_two_readings_is_never_guessed(typed: str, readings: tuple[int, int]) -> None:
    with pytest.raises(AmountAmbiguous) as refused:
        parse_amount(typed)

    assert refused.value.readings == readings


REFUSED = ["", " ", "1e5", "1_000", "１２３", "١٢٣", "-0", "+5", "-5", "NaN", "Infinity", "12.5.0", "1,2,3", "0.001"]
REFUSED += ["0,001", "1.00.000", "1.250 000", "1 250.000", "12 50", "1,", ",5", "5,5050", "01", "1.2500", "1234.567"]
REFUSED += ["100 ALL", "1\n", "1.250.000.", "1\u202f250\u202f000", "9" * 41, "1.250.000,5,0", "1'000", "½"]


@pytest.mark.parametrize("typed", REFUSED)
def test_everything_else_is_not_understood(typed: str) -> None:
    with pytest.raises(AmountNotUnderstood) as refused:
        parse_amount(typed)

    assert refused.value.suggestion_minor is None


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("1,234.50", 1_234_50), ("1,234,567", 1_234_567_00), ("0.5", 50), ("1,234,567.8", 1_234_567_80)],
)
def test_an_english_amount_is_refused_with_what_it_means_here(typed: str, minor: int) -> None:
    with pytest.raises(AmountNotUnderstood) as refused:
        parse_amount(typed)

    assert refused.value.suggestion_minor == minor


@given(st.integers(min_value=0, max_value=AMOUNT_MAX_MINOR))
def test_what_is_printed_is_read_back_as_the_same_amount(minor: int) -> None:
    printed = format_amount(minor)

    assert parse_amount(printed) == minor
    assert parse_amount(printed.replace(".", "")) == minor
    assert parse_amount(printed.replace(".", NBSP)) == minor


@given(st.text(alphabet="0123456789., \u00a0-+e", max_size=14))
def test_no_text_gives_two_amounts_or_an_unknown_error(typed: str) -> None:
    try:
        minor = parse_amount(typed)
    except (AmountAmbiguous, AmountNotUnderstood):
        return

    assert minor >= 0
    assert parse_amount(format_amount(minor)) == minor


@pytest.mark.parametrize(
    ("minor", "figures"),
    [(0, "0,00"), (5, "0,05"), (100, "1,00"), (1_234_567_89, "1.234.567,89"), (-1_000_00, "\u22121.000,00")],
)
def test_figures_are_grouped_with_two_decimals(minor: int, figures: str) -> None:
    assert format_amount(minor) == figures


def test_lek_keep_their_two_decimals() -> None:
    assert format_money(1_234_567_89, "ALL") == "1.234.567,89 ALL"


@pytest.mark.parametrize(("minor", "shown"), [(250_00, "+250,00"), (-250_00, "\u2212250,00"), (0, "0,00")])
def test_a_movement_carries_its_sign(minor: int, shown: str) -> None:
    assert format_signed(minor) == shown


def test_money_of_one_currency_adds_subtracts_and_compares() -> None:
    ten, three = Money(10_00, "ALL"), Money(3_00, "ALL")

    assert ten + three == Money(13_00, "ALL")
    assert three - ten == Money(-7_00, "ALL")
    assert three < ten
    assert ten >= three
    assert str(ten) == "10,00 ALL"


@pytest.mark.parametrize("mix", [Money.__add__, Money.__sub__, Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__])
def test_two_currencies_never_mix(mix: object) -> None:
    with pytest.raises(ValueError, match="do not mix"):
        mix(Money(1, "ALL"), Money(1, "EUR"))  # type: ignore[operator]


def test_equal_minor_units_of_two_currencies_are_different_money() -> None:
    assert Money(1, "ALL") != Money(1, "EUR")


@pytest.mark.parametrize(("minor", "currency"), [(1.0, "ALL"), (True, "ALL"), ("1", "ALL"), (1, "RSD"), (1, "all")])
def test_money_is_whole_and_of_a_currency_that_the_bank_holds(minor: object, currency: str) -> None:
    with pytest.raises(ValueError, match=r"minor units|holds no"):
        Money(minor, currency)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minor", "currency", "albanian"),
    [
        (
            1_234_567_89,
            "ALL",
            "Një milion e dyqind e tridhjetë e katër mijë e pesëqind e gjashtëdhjetë e shtatë lekë "
            "e tetëdhjetë e nëntë qindarka.",
        ),
        (1_00, "ALL", "Një lek."),
        (1, "ALL", "Një qindarkë."),
        (3_03, "ALL", "Tre lekë e tri qindarka."),
        (23_13, "ALL", "Njëzet e tre lekë e trembëdhjetë qindarka."),
        (21_00, "ALL", "Njëzet e një lekë."),
        (40_42, "ALL", "Dyzet lekë e dyzet e dy qindarka."),
        (100_00, "ALL", "Njëqind lekë."),
        (101_00, "ALL", "Njëqind e një lekë."),
        (1_000_00, "ALL", "Një mijë lekë."),
        (3_000_00, "ALL", "Tre mijë lekë."),
        (1_000_000_00, "ALL", "Një milion lekë."),
        (2_000_005_00, "ALL", "Dy milionë e pesë lekë."),
        (1_000_000_000_00, "ALL", "Një miliard lekë."),
        (19_50, "EUR", "Nëntëmbëdhjetë euro e pesëdhjetë centë."),
        (1_01, "EUR", "Një euro e një cent."),
        (2_00, "USD", "Dy dollarë amerikanë."),
        (3_00, "GBP", "Tri sterlina britanike."),
        (3_000_00, "GBP", "Tre mijë sterlina britanike."),
        (1_00, "CHF", "Një frangë zvicerane."),
        (5_00, "CAD", "Pesë dollarë kanadezë."),
        (6_00, "AUD", "Gjashtë dollarë australianë."),
    ],
)
def test_amounts_stand_in_albanian_words(minor: int, currency: str, albanian: str) -> None:
    assert in_words(minor, currency) == albanian


@pytest.mark.parametrize(
    ("minor", "currency", "english"),
    [
        (
            1_234_567_89,
            "ALL",
            "One million two hundred and thirty-four thousand five hundred and sixty-seven lek "
            "and eighty-nine qindarka.",
        ),
        (1_005_00, "EUR", "One thousand and five euros."),
        (1_01, "USD", "One US dollar and one cent."),
        (20_02, "GBP", "Twenty pounds sterling and two pence."),
    ],
)
def test_amounts_stand_in_english_words(minor: int, currency: str, english: str) -> None:
    assert in_words(minor, currency, "en") == english


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_largest_amount_has_words_in_every_currency(currency: str) -> None:
    assert in_words(AMOUNT_MAX_MINOR, currency).startswith("Nëntëqind e nëntëdhjetë e nëntë miliardë e nëntëqind")
    assert in_words(AMOUNT_MAX_MINOR, currency, "en").startswith("Nine hundred and ninety-nine billion nine hundred")


@pytest.mark.parametrize("minor", [0, -1, AMOUNT_MAX_MINOR + 1])
def test_an_amount_out_of_bounds_has_no_words(minor: int) -> None:
    with pytest.raises(ValueError, match="cannot be put in words"):
        in_words(minor, "ALL")


@given(st.integers(min_value=1, max_value=AMOUNT_MAX_MINOR), st.integers(min_value=1, max_value=AMOUNT_MAX_MINOR))
def test_two_amounts_never_share_their_words(one: int, other: int) -> None:
    assert (in_words(one, "ALL") == in_words(other, "ALL")) == (one == other)
    assert (in_words(one, "ALL", "en") == in_words(other, "ALL", "en")) == (one == other)

"""Money: whole minor units with a currency. Parse what people type, print what they read, put it in words; no float.

Figures are Albanian in every language of the screens: 1.234.567,89. Every currency of the bank has two decimals;
ISO 4217 gives two to ALL as well, while CLDR prints it with none, so no library formats money here.
"""

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Literal, NamedTuple

CURRENCIES = ("ALL", "EUR", "USD", "GBP", "CHF", "CAD", "AUD")
MINOR_PER_MAJOR = 100
AMOUNT_MAX_MINOR = 999_999_999_999_99
TEXT_MAX_LENGTH = 40

MINUS = "\N{MINUS SIGN}"

Language = Literal["sq", "en"]


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency in whole minor units, negative allowed.

    Sums, differences and comparisons of order stay within one currency and raise ValueError otherwise; amounts of
    two currencies are merely not equal.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise ValueError(f"minor units are whole numbers, not {self.minor!r}")
        if self.currency not in CURRENCIES:
            raise ValueError(f"the bank holds no {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    def __str__(self) -> str:
        return format_money(self.minor, self.currency)

    def _minor_of(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.minor


# --- What people type ------------------------------------------------------------------------------------------------


class AmountNotUnderstood(ValueError):  # noqa: N818  what a person typed is no error
    """The text is no amount. `suggestion_minor` is what it means elsewhere (1,234.50), where that is certain."""

    def __init__(self, text: str, suggestion_minor: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.suggestion_minor = suggestion_minor


class AmountAmbiguous(ValueError):  # noqa: N818
    """The text is two amounts. `readings`: its mark read as decimal mark, and as thousands mark, in minor units.

    Three digits after a decimal mark are cut to two: 1.234 is 123 or 123400.
    """

    def __init__(self, text: str, readings: tuple[int, int]) -> None:
        super().__init__(text)
        self.text = text
        self.readings = readings


_PLAIN = re.compile(r"(?P<units>0|[1-9][0-9]*)(?:,(?P<cents>[0-9]{1,2}))?")
_GROUPED = re.compile(
    r"(?P<units>[1-9][0-9]{0,2}(?P<mark>[. \u00a0])[0-9]{3}(?:(?P=mark)[0-9]{3})*)(?:,(?P<cents>[0-9]{1,2}))?"
)
_TWO_READINGS = re.compile(r"(?P<left>[1-9][0-9]*)\.(?P<right>[0-9]{1,2})|(?P<l3>[1-9][0-9]{0,2})[.,](?P<r3>[0-9]{3})")
_FOREIGN = re.compile(
    r"(?P<units>0|[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.(?P<cents>[0-9]{1,2})|(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})"
)


def parse_amount(text: str) -> int:
    """Minor units of a typed amount, zero and more than the bank can hold included.

    Understood are 1250000, 1.250.000 and 1 250 000 (plain or no-break space), each also with ,5 or ,50; ASCII digits
    only. Raises AmountAmbiguous for 12.50, 1,000 and 1.000, which mean different amounts in different countries,
    and AmountNotUnderstood for all else. Nothing is ever guessed.
    """
    typed = text.strip(" \u00a0")
    if len(typed) > TEXT_MAX_LENGTH:
        raise AmountNotUnderstood(text)
    if two := _TWO_READINGS.fullmatch(typed):
        left, right = two["left"] or two["l3"], two["right"] or two["r3"]
        raise AmountAmbiguous(text, (_minor(left, right[:2]), _minor(left + right, None)))
    if found := _PLAIN.fullmatch(typed) or _GROUPED.fullmatch(typed):
        return _minor(found["units"], found["cents"])
    if foreign := _FOREIGN.fullmatch(typed):
        raise AmountNotUnderstood(text, _minor(foreign["units"] or foreign["whole"], foreign["cents"]))
    raise AmountNotUnderstood(text)


def _minor(units: str, cents: str | None) -> int:
    return int(re.sub(r"[^0-9]", "", units)) * MINOR_PER_MAJOR + int((cents or "").ljust(2, "0"))


# --- What people read ------------------------------------------------------------------------------------------------


def format_amount(minor: int) -> str:
    """1.234.567,89; a negative amount carries the true minus sign, U+2212."""
    units, cents = divmod(abs(minor), MINOR_PER_MAJOR)
    figures = f"{units:,}".replace(",", ".") + f",{cents:02d}"
    return MINUS + figures if minor < 0 else figures


def format_money(minor: int, currency: str) -> str:
    """1.234.567,89 ALL."""
    return f"{format_amount(minor)} {currency}"


def format_signed(minor: int) -> str:
    """A movement: +250,00 or −250,00; zero has no sign."""
    return "+" + format_amount(minor) if minor > 0 else format_amount(minor)


# --- In words --------------------------------------------------------------------------------------------------------


class _Noun(NamedTuple):
    """What is counted. Albanian says tre for masculine nouns and tri for feminine ones."""

    one: str
    many: str
    three: str = "tre"


_NOUNS: dict[Language, dict[str, tuple[_Noun, _Noun]]] = {
    "sq": {
        "ALL": (_Noun("lek", "lekë"), _Noun("qindarkë", "qindarka", "tri")),
        "EUR": (_Noun("euro", "euro"), _Noun("cent", "centë")),
        "USD": (_Noun("dollar amerikan", "dollarë amerikanë"), _Noun("cent", "centë")),
        "GBP": (_Noun("sterlinë britanike", "sterlina britanike", "tri"), _Noun("peni", "peni")),
        "CHF": (_Noun("frangë zvicerane", "franga zvicerane", "tri"), _Noun("santim", "santima")),
        "CAD": (_Noun("dollar kanadez", "dollarë kanadezë"), _Noun("cent", "centë")),
        "AUD": (_Noun("dollar australian", "dollarë australianë"), _Noun("cent", "centë")),
    },
    "en": {
        "ALL": (_Noun("lek", "lek"), _Noun("qindarka", "qindarka")),
        "EUR": (_Noun("euro", "euros"), _Noun("cent", "cents")),
        "USD": (_Noun("US dollar", "US dollars"), _Noun("cent", "cents")),
        "GBP": (_Noun("pound sterling", "pounds sterling"), _Noun("penny", "pence")),
        "CHF": (_Noun("Swiss franc", "Swiss francs"), _Noun("centime", "centimes")),
        "CAD": (_Noun("Canadian dollar", "Canadian dollars"), _Noun("cent", "cents")),
        "AUD": (_Noun("Australian dollar", "Australian dollars"), _Noun("cent", "cents")),
    },
}


def _each(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_SQ_SMALL = _each(
    "zero një dy tre katër pesë gjashtë shtatë tetë nëntë dhjetë njëmbëdhjetë dymbëdhjetë trembëdhjetë katërmbëdhjetë"
    " pesëmbëdhjetë gjashtëmbëdhjetë shtatëmbëdhjetë tetëmbëdhjetë nëntëmbëdhjetë"
)
_SQ_TENS = _each("- - njëzet tridhjetë dyzet pesëdhjetë gjashtëdhjetë shtatëdhjetë tetëdhjetë nëntëdhjetë")
_SQ_SCALES = ((10**9, "miliard", "miliardë"), (10**6, "milion", "milionë"), (1000, "mijë", "mijë"))
_EN_SMALL = _each(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_EN_TENS = _each("- - twenty thirty forty fifty sixty seventy eighty ninety")
_EN_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


def in_words(minor: int, currency: str, language: Language = "sq") -> str:
    """The amount as one written sentence: "Dy mijë e pesë lekë e dhjetë qindarka."

    Takes 0 < minor <= AMOUNT_MAX_MINOR; anything else, another currency or another language raises ValueError.
    """
    if not 0 < minor <= AMOUNT_MAX_MINOR:
        raise ValueError(f"{minor} minor units cannot be put in words")
    if language not in _NOUNS or currency not in CURRENCIES:
        raise ValueError(f"no words for {currency!r} in {language!r}")
    parts = [
        _counted(count, noun, language)
        for count, noun in zip(divmod(minor, MINOR_PER_MAJOR), _NOUNS[language][currency], strict=True)
        if count
    ]
    sentence = (" e " if language == "sq" else " and ").join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _counted(count: int, noun: _Noun, language: Language) -> str:
    number = _albanian(count, three=noun.three) if language == "sq" else _english(count)
    return f"{number} {noun.one if count == 1 else noun.many}"


def _albanian(number: int, *, three: str) -> str:
    parts = []
    for size, one, many in _SQ_SCALES:
        count, number = divmod(number, size)
        if count:
            parts.append(f"{_albanian_below_1000(count, three='tre')} {one if count == 1 else many}")
    if number:
        parts.append(_albanian_below_1000(number, three=three))
    return " e ".join(parts)


def _albanian_below_1000(number: int, *, three: str) -> str:
    hundreds, number = divmod(number, 100)
    parts = [f"{_SQ_SMALL[hundreds]}qind"] if hundreds else []
    if number >= 20:
        tens, number = divmod(number, 10)
        parts.append(_SQ_TENS[tens])
    if number:
        parts.append(three if number == 3 else _SQ_SMALL[number])
    return " e ".join(parts)


def _english(number: int) -> str:
    parts = []
    for size, name in _EN_SCALES:
        count, number = divmod(number, size)
        if count:
            parts.append(f"{_english_below_1000(count)} {name}")
    if number:
        parts.append(f"and {_english_below_1000(number)}" if parts and number < 100 else _english_below_1000(number))
    return " ".join(parts)


def _english_below_1000(number: int) -> str:
    hundreds, number = divmod(number, 100)
    parts = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if number:
        tens, units = divmod(number, 10)
        small = _EN_SMALL[number] if number < 20 else _EN_TENS[tens] + (f"-{_EN_SMALL[units]}" if units else "")
        parts.append(small)
    return " and ".join(parts)

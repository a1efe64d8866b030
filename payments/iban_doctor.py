"""What is wrong with a mistyped Albanian IBAN, and where; what was meant only where one answer alone is possible.

The national digit (signs 5 to 12) and mod 97 (all signs) judge apart: which of them fails tells the part to look at.
Every mistyped digit is found, every mistyped letter of the account, and every two neighbours that changed places, but
for `1B`, `2M` and `3X`, which mod 97 reads the same both ways. It may overlook a digit of the account that became a
letter.
"""

from dataclasses import dataclass
from typing import Literal

from accounts.identifiers import HOME_COUNTRY, IbanProblem, check_iban, national_check_digit, normalise_iban

Code = Literal["empty", "sign", "digit_wanted", "country", "length", "checksum"]
Place = Literal["", "bank", "account"]

LENGTH = 28
# Places in the text, from 0: check digits and bank part hold figures alone, the account letters too.
DIGITS = range(2, 12)
BANK = slice(4, 11)
NATIONAL_DIGIT = 11


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`position` counts signs from 1, 0 where no single one is to blame; `missing` is below 0 where there are too many.

    `place` is the part that does not hold: bank (signs 5 to 12) or account (13 to 28, or the two figures after AL).
    `candidate` is the one IBAN that two neighbours changed back give; empty where there is none, or more than one.
    """

    code: Code
    place: Place = ""
    position: int = 0
    sign: str = ""
    missing: int = 0
    candidate: str = ""


def diagnose(text: str) -> Diagnosis | None:
    """None for a sound Albanian IBAN; for any other text what is wrong with it."""
    value = normalise_iban(text)
    if _is_sound(value):
        return None
    if not value:
        return Diagnosis("empty")
    candidate = _changed_back(value)
    bad = next((place for place, sign in enumerate(value) if not (sign.isascii() and sign.isalnum())), None)
    if bad is not None:
        return Diagnosis("sign", position=bad + 1, sign=value[bad], candidate=candidate)
    if not value.startswith(HOME_COUNTRY):
        return Diagnosis("country", position=1, sign=value[:2], candidate=candidate)
    letter = next((place for place in DIGITS if place < len(value) and not value[place].isdigit()), None)
    if letter is not None:
        return Diagnosis("digit_wanted", position=letter + 1, sign=value[letter], candidate=candidate)
    place: Place = "account" if _bank_holds(value) else "bank"
    if len(value) != LENGTH:
        return Diagnosis("length", place=place, missing=LENGTH - len(value))
    return Diagnosis("checksum", place=place, candidate=candidate)


def _is_sound(value: str) -> bool:
    try:
        return check_iban(value).is_albanian
    except IbanProblem:
        return False


def _bank_holds(value: str) -> bool:
    """Whether bank and branch fit their own digit; also of an IBAN that is too short or too long after them."""
    return len(value) > NATIONAL_DIGIT and value[NATIONAL_DIGIT] == national_check_digit(value[BANK])


def _changed_back(value: str) -> str:
    """The one sound IBAN that differs by two neighbours; empty where no swap, or more than one, gives a sound one."""
    if len(value) != LENGTH:
        return ""
    swapped = {value[:at] + value[at + 1] + value[at] + value[at + 2 :] for at in range(LENGTH - 1)} - {value}
    sound = [one for one in swapped if _is_sound(one)]
    return sound[0] if len(sound) == 1 else ""

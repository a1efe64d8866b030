"""The numbers by which people, companies, accounts and phones are known: clean them, check them, show them.

`normalise_*` tidies what was typed and never refuses (a phone must be understood to be tidied, so it may);
`validate_*` and `check_*` refuse with a code, for which a form has a sentence.
"""

import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from django.conf import settings
from stdnum import iban as stdnum_iban, numdb
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.iso7064 import mod_97_10

NIPT_PATTERN = r"[J-N]\d{8}[A-Z]"
CUSTOMER_NUMBER_LENGTH = 9
HOME_COUNTRY = "AL"

_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")


class IdentifierProblem(ValueError):  # noqa: N818  what a person typed is no error
    """Why a number is none; `code` names the sentence, `facts` fill it."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


# --- NIPT ------------------------------------------------------------------------------------------------------------


class NiptProblem(IdentifierProblem):
    """Codes: empty, shape, not_company (a NIPT, but of a person)."""


def normalise_nipt(text: str) -> str:
    """Upper case without blanks and without the prefix AL or (AL): " al k 22218003 v" is K22218003V."""
    nipt = _compact(text)
    shorter = nipt.removeprefix("(AL)").removeprefix("AL")
    return shorter if len(shorter) == 10 else nipt


def validate_nipt(text: str) -> str:
    """The company's NIPT in its normal form; raises NiptProblem.

    Its last letter is a check letter whose rule is not published, so only the shape is judged, by
    `settings.NIPT_PATTERN`: the first letter is the decade of registration, J (the 1990s) to N (from 2030).
    """
    nipt = normalise_nipt(text)
    if not nipt:
        raise NiptProblem("empty")
    if re.fullmatch(getattr(settings, "NIPT_PATTERN", NIPT_PATTERN), nipt, re.ASCII):
        return nipt
    raise NiptProblem("not_company" if re.fullmatch(r"[A-I]\d{8}[A-Z]", nipt, re.ASCII) else "shape")


# --- Customer number -------------------------------------------------------------------------------------------------


class CustomerNumberProblem(IdentifierProblem):
    """Codes: empty, digits, length (fact: count)."""


def normalise_customer_number(text: str) -> str:
    """Without blanks. A text, never a number: leading zeros belong to it."""
    return _compact(text)


def validate_customer_number(text: str) -> str:
    """Nine digits; raises CustomerNumberProblem."""
    number = normalise_customer_number(text)
    if not number:
        raise CustomerNumberProblem("empty")
    if not (number.isascii() and number.isdigit()):
        raise CustomerNumberProblem("digits")
    if len(number) != CUSTOMER_NUMBER_LENGTH:
        raise CustomerNumberProblem("length", count=len(number))
    return number


# --- IBAN ------------------------------------------------------------------------------------------------------------

IbanProblemCode = Literal["empty", "characters", "country", "length", "mod97", "national_digit"]

_IBAN_REGISTRY = numdb.get("iban")
_NATIONAL_WEIGHTS = (9, 7, 3, 1, 9, 7, 3)


class IbanProblem(IdentifierProblem):
    """Codes: see IbanProblemCode. Facts: count and expected with `length`, country with all but `empty`."""

    code: IbanProblemCode


@dataclass(frozen=True, slots=True)
class Iban:
    """A checked IBAN without blanks. Bank and branch are known of Albanian ones only, else they are empty."""

    value: str
    bank_code: str
    branch_code: str
    account_part: str
    is_albanian: bool


def normalise_iban(text: str) -> str:
    """Upper case, without blanks."""
    return _compact(text)


def check_iban(text: str) -> Iban:
    """The IBAN in its parts; raises IbanProblem.

    Albanian ones (28 signs: AL, 2 check digits, 3 bank, 4 branch, 1 national check digit, 16 account letters or
    digits; Bank of Albania, decision 42/2008) are also checked by their national digit, which libraries do not do.
    """
    value = normalise_iban(text)
    if not value:
        raise IbanProblem("empty")
    country = value[:2]
    if not re.fullmatch(r"[A-Z0-9]+", value):
        raise IbanProblem("characters", country=country)
    expected = _iban_length(country)
    if expected is None:
        raise IbanProblem("country", country=country)
    if len(value) != expected:
        raise IbanProblem("length", country=country, count=len(value), expected=expected)
    _check_digits(value)
    if country != HOME_COUNTRY:
        return Iban(value, bank_code="", branch_code="", account_part=value[4:], is_albanian=False)
    if value[11] != national_check_digit(value[4:11]):
        raise IbanProblem("national_digit", country=country)
    return Iban(value, bank_code=value[4:7], branch_code=value[7:11], account_part=value[12:], is_albanian=True)


def national_check_digit(bank_and_branch: str) -> str:
    """The digit after the seven of bank and branch. It is 0, not 10, where the weighted sum ends in 0."""
    return str(-sum(int(c) * w for c, w in zip(bank_and_branch, _NATIONAL_WEIGHTS, strict=True)) % 10)


def make_albanian_iban(bank_code: str, branch: str, account16: str) -> str:
    """A valid IBAN from bank (3 digits), branch (4 digits) and account (16 letters or digits)."""
    parts = f"{bank_code}{branch}"
    if not (re.fullmatch(r"[0-9]{7}", parts) and re.fullmatch(r"[A-Z0-9]{16}", account16)):
        raise ValueError(f"no Albanian account: {bank_code!r} {branch!r} {account16!r}")
    bban = f"{parts}{national_check_digit(parts)}{account16}"
    return f"{HOME_COUNTRY}{mod_97_10.calc_check_digits(bban + HOME_COUNTRY)}{bban}"


def group_iban(value: str) -> str:
    """In fours, as printed."""
    compact = normalise_iban(value)
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def account_tail(iban: str) -> str:
    """Enough of an account to know it by in an SMS: AL76..0042."""
    value = normalise_iban(iban)
    return f"{value[:4]}..{value[-4:]}"


def _iban_length(country: str) -> int | None:
    """How long the IBANs of a country are; None for a country without IBANs."""
    _prefix, facts = _IBAN_REGISTRY.info(country)[0]
    if not facts:
        return None
    return 4 + sum(int(length) for length in re.findall(r"(\d+)!", facts["bban"]))


def _check_digits(value: str) -> None:
    country = value[:2]
    if not re.fullmatch(r"[0-9]{2}", value[2:4]):
        raise IbanProblem("characters", country=country)
    try:
        stdnum_iban.validate(value, check_country=False)
    except InvalidChecksum as error:
        raise IbanProblem("mod97", country=country) from error
    except ValidationError as error:
        raise IbanProblem("characters", country=country) from error
    # 00, 01 and 99 leave the same remainder as 97, 98 and 02, and are never given out.
    if not 2 <= int(value[2:4]) <= 98:
        raise IbanProblem("mod97", country=country)


# --- Phones ----------------------------------------------------------------------------------------------------------


class PhoneProblem(IdentifierProblem):
    """Codes: empty, shape, impossible."""


def normalise_phone(text: str) -> str:
    """E.164, +355674000018; a number without country is Albanian. Raises PhoneProblem.

    Possible is enough: any country's number may be registered (R47), and numbering plans grow faster than libraries.
    """
    if not text.strip():
        raise PhoneProblem("empty")
    try:
        number = phonenumbers.parse(text, HOME_COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise PhoneProblem("shape") from error
    if not phonenumbers.is_possible_number(number):
        raise PhoneProblem("impossible")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(e164: str) -> str:
    """Enough for the owner to know it by: +355 6• ••• •018."""
    number = phonenumbers.parse(e164)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    country, _space, rest = shown.partition(" ")
    digits = [place for place, sign in enumerate(rest) if sign.isdigit()]
    hidden = set(digits[1:-3])
    return f"{country} " + "".join("•" if place in hidden else sign for place, sign in enumerate(rest))


def _compact(text: str) -> str:
    """Without blanks, in upper case where that changes nothing but ASCII letters."""
    bare = _BLANKS.sub("", text)
    return bare.upper() if bare.isascii() else bare

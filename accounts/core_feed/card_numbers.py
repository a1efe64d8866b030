"""Whole card numbers: they never come in. A table that brings one is refused; in the text of an entry it is hidden.

Whether digits are a card's number their check digit tells, one time in ten by chance: a text loses a number more rather
than show a card's. The IBANs in it stay, for no payment is understood without them.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator

from django.conf import settings

from accounts.identifiers import IbanProblem, check_iban

# ISO/IEC 7812-1: so many digits.
LENGTHS = range(13, 20)
# Thirteen digits and more, one by one or in groups; of a dash that is no ASCII sign nobody makes groups.
_DIGITS = re.compile(r"[0-9](?:[ .\-\u00a0\u202f]?[0-9]){12,}")
# How the numbers of cards begin: two to six, but for what no network issues.
_BEGINS = re.compile(r"2[2-7]|3[04-9]|[4-6]")
_IBAN_LIKE = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?:[ \u00a0]?[A-Z0-9]){11,30}")
IBAN_SIGNS_MIN = 15
REFERENCE_MAX = 35
TOLD_BY = 12


def is_in(text: str) -> bool:
    """Whether a whole card number stands somewhere in a text."""
    return next(_places(text), None) is not None


def hidden(text: str) -> str:
    """The text with no more than the last four digits of every card number."""
    shown, after = [], 0
    for first, end in _joined(_places(text)):
        digits = "".join(sign for sign in text[first:end] if sign.isdigit())
        shown += [text[after:first], f"•••• {digits[-4:]}"]
        after = end
    return "".join([*shown, text[after:]])


def hidden_reference(text: str) -> str:
    """A reference without the card number in it, told from others by a keyed hash; any other as it is."""
    if not is_in(text):
        return text
    told = hmac.new(settings.PROOF_KEY.encode(), b"reference" + text.encode(), hashlib.sha256).hexdigest()
    return f"{hidden(text)[: REFERENCE_MAX - TOLD_BY - 1]}~{told[:TOLD_BY]}"


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where each window of digits stands that may be a card's number, from its first digit to behind its last."""
    ibans = list(_ibans(text))
    for run in _DIGITS.finditer(text):
        places = [place for place in range(run.start(), run.end()) if text[place].isdigit()]
        digits = "".join(text[place] for place in places)
        for first in range(len(digits) - LENGTHS[0] + 1):
            if not _BEGINS.match(digits, first):
                continue
            for end in range(first + LENGTHS[0], min(first + LENGTHS[-1], len(digits)) + 1):
                window = places[first], places[end - 1] + 1
                if _passes_luhn(digits[first:end]) and not any(_is_within(window, iban) for iban in ibans):
                    yield window


def _joined(places: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows that share digits as one: which of them is the card's nobody knows."""
    joined: list[tuple[int, int]] = []
    for first, end in sorted(places):
        if joined and first < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((first, end))
    return joined


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where the IBANs stand; what follows one without a break may look like more of it."""
    for found in _IBAN_LIKE.finditer(text):
        for end in range(found.end(), found.start() + IBAN_SIGNS_MIN - 1, -1):
            if _is_iban(text[found.start() : end]):
                yield found.start(), end
                break


def _is_iban(text: str) -> bool:
    try:
        check_iban(text.replace("\u00a0", " "))
    except IbanProblem:
        return False
    return True


def _is_within(window: tuple[int, int], whole: tuple[int, int]) -> bool:
    return whole[0] <= window[0] and window[1] <= whole[1]


def _passes_luhn(number: str) -> bool:
    """The check digit of cards, ISO/IEC 7812-1."""
    digits = [int(sign) for sign in number]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

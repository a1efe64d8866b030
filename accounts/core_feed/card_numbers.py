"""Whole card numbers: they never come in. A table that brings one is refused; in the text of an entry it is hidden."""

import re

# Thirteen to nineteen digits that begin as cards do, perhaps in groups.
_LIKELY = re.compile(r"(?<![0-9])[3-6][0-9](?:[ -]?[0-9]){11,17}(?![0-9])")


def is_in(text: str) -> bool:
    """Whether a whole card number stands somewhere in a text."""
    return any(_passes_luhn(found[0]) for found in _LIKELY.finditer(text))


def hidden(text: str) -> str:
    """The text with no more than the last four digits of every card number."""
    return _LIKELY.sub(lambda found: f"•••• {found[0][-4:]}" if _passes_luhn(found[0]) else found[0], text)


def _passes_luhn(text: str) -> bool:
    """The check digit of cards, ISO/IEC 7812-1."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

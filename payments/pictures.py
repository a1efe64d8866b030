"""Pictures: what staff say a field of a budget payment looks like. # is a figure, @ a letter, * either.

Every other sign stands for itself. So a pattern is read by a person and matched in one pass, whatever was typed.
"""

from itertools import groupby
from typing import Final

from django.utils.translation import ngettext

FIGURES: Final = frozenset("0123456789")
LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# What a transfer carries beside them.
MARKS: Final = frozenset("/-?:().,'+&")
SIGNS: Final = {"#": FIGURES, "@": LETTERS, "*": FIGURES | LETTERS}


def fits(picture: str, value: str) -> bool:
    """Whether a value looks like the picture; an empty picture takes anything."""
    if not picture:
        return True
    pairs = zip(picture, value, strict=False)
    return len(picture) == len(value) and all(sign in SIGNS.get(part, {part}) for part, sign in pairs)


def is_writable(picture: str) -> bool:
    """Whether any value, in its normal form, can look like the picture."""
    return all(sign in SIGNS or sign in FIGURES | LETTERS | MARKS for sign in picture)


def in_words(picture: str) -> str:
    """1 shkronjë, 8 shifra, 1 shkronjë: what a person writes, part by part; other signs as they are."""
    return ", ".join(_part(sign, len(list(run))) for sign, run in groupby(picture))


def _part(sign: str, count: int) -> str:
    match sign:
        case "#":
            words = ngettext("%(count)s shifër", "%(count)s shifra", count)
        case "@":
            words = ngettext("%(count)s shkronjë", "%(count)s shkronja", count)
        case "*":
            words = ngettext("%(count)s shkronjë ose shifër", "%(count)s shkronja ose shifra", count)
        case _:
            return f"“{sign * count}”"
    return words % {"count": count}


def normal(picture: str, value: str) -> str:
    """A value as it is kept: in capitals and without blanks where there is a picture, else with single blanks."""
    return "".join(value.split()).upper() if picture else " ".join(value.split())

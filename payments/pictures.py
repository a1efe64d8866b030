"""Pictures: what staff say a field of a budget payment looks like, pure. # is a figure, @ a letter, * either.

Every other sign stands for itself. So a pattern is read by a person and matched in one pass, whatever was typed.
"""

from typing import Final

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


def normal(picture: str, value: str) -> str:
    """A value as it is kept: in capitals and without blanks where there is a picture, else with single blanks."""
    return "".join(value.split()).upper() if picture else " ".join(value.split())

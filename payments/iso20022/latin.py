"""The letters that banks pass on to each other: SWIFT's character set X, without ë and ç."""

import re
import unicodedata
from typing import Final

ALLOWED: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]")
_PLAIN = str.maketrans("đĐłŁıðøØ", "dDlLidoO") | str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "€": "EUR",
        "&": "+",
        "@": "(at)",
        "_": "-",
        **dict.fromkeys('‘’‚‛′`´ʼ"“”„«»', "'"),
        **dict.fromkeys("‐‑‒–—―−~", "-"),
        **dict.fromkeys("[{<", "("),
        **dict.fromkeys("]}>", ")"),
        **dict.fromkeys("\\|", "/"),
        ";": ",",
    }
)


def latin(text: str, most: int) -> str:
    """At most so many signs of the set, blanks folded: ë to e, ç to c, & to +; a full stop for what has no likeness.

    A slash neither begins nor ends the text, nor stands twice: some systems read it as the mark of a field.
    """
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    bare = (sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    kept = "".join(_kept(sign) for sign in bare)
    folded = re.sub(r"/{2,}", "/", " ".join(kept.split()))[:most].strip(" /")
    return folded or "."


def _kept(sign: str) -> str:
    if ALLOWED.fullmatch(sign):
        return sign
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign).startswith("C") else "."

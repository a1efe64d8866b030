"""Text that fits one SMS. GSM-7 has neither ë nor ç: one of them turns the whole text into UCS-2, 70 signs long."""

import unicodedata

SEPTETS_MAX = 160

# GSM 03.38, the default alphabet without the escape sign, and its extension table, whose signs take two septets.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")

_PLAIN = str.maketrans("ëËçÇđĐłŁıð•·", "eEcCdDlLid*.") | str.maketrans(
    {
        "þ": "th",
        "Þ": "Th",
        "œ": "oe",
        "Œ": "OE",
        "€": "EUR",
        "…": "..",
        "№": "No",
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−~", "-"),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("\\|", "/"),
        **dict.fromkeys("\t\n\v\f\r\x85\u2028\u2029", " "),
    }
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def transliterate(text: str) -> str:
    """The text in GSM-7's basic alphabet and on one line: ë to e, ç to c, … to two dots; ? for what has no likeness.

    Line breaks and tabs become blanks; other control and invisible signs are dropped.
    """
    return "".join(_plain(sign) for sign in unicodedata.normalize("NFC", text).translate(_PLAIN))


def septets(text: str) -> int | None:
    """How much room the text takes; None if GSM-7 cannot carry it."""
    if not all(sign in BASIC or sign in EXTENSION for sign in text):
        return None
    return len(text) + sum(sign in EXTENSION for sign in text)


def fits(text: str) -> bool:
    """Whether the text goes out as one SMS of at most 160 septets."""
    size = septets(text)
    return size is not None and size <= SEPTETS_MAX


def trim_name(name: str, room: int) -> str:
    """A name in plain letters and single blanks, at most `room` septets long; two dots show that it was cut."""
    plain = " ".join(transliterate(name).split())
    if len(plain) <= room:
        return plain
    return f"{plain[: room - 2].rstrip(' .')}.." if room > 2 else plain[: max(room, 0)]


def _plain(sign: str) -> str:
    if sign in BASIC:
        return sign
    if unicodedata.category(sign) in _UNSEEN:
        return ""
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    bare = bare.translate(_PLAIN)
    return "".join(part if part in BASIC else "?" for part in bare)

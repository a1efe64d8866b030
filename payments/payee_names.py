"""Names of payees, compared as a clerk does: case, accents, legal forms and the order of words do not count."""

import re
import unicodedata
from difflib import SequenceMatcher
from enum import StrEnum

# What a company may be and people write or leave out. `sh p k` and `sh a` are also written apart.
LEGAL_FORMS = frozenset({"shpk", "sha", "shk", "shkm", "ltd", "llc", "srl", "spa", "gmbh", "sarl"})
_APART = re.compile(r"\bsh p k\b|\bsh a\b")
_WORD = re.compile(r"[^\W_]+")

CLOSE_RATIO = 0.85
# Of two names of which one says less: how much of the longer one it must say.
CLOSE_SHARE = 0.6


class Likeness(StrEnum):
    """How a typed name fits a known one."""

    SAME = "same"
    CLOSE = "close"
    DIFFERENT = "different"


def key(name: str) -> str:
    """The name as it is compared: plain small letters, without legal form, the words in their order of letters."""
    return " ".join(sorted(_words(name)))


def likeness(typed: str, known: str) -> Likeness:
    """How two names fit. Close is a slip of the pen, or one word less."""
    one, other = _words(typed), _words(known)
    if sorted(one) == sorted(other):
        return Likeness.SAME
    pairs = ((" ".join(one), " ".join(other)), (" ".join(sorted(one)), " ".join(sorted(other))))
    if any(SequenceMatcher(None, *pair).ratio() >= CLOSE_RATIO for pair in pairs) or _is_part(set(one), set(other)):
        return Likeness.CLOSE
    return Likeness.DIFFERENT


def _is_part(one: set[str], other: set[str]) -> bool:
    if not (one <= other or other <= one):
        return False
    shorter, longer = sorted(sum(map(len, words)) for words in (one, other))
    return shorter >= CLOSE_SHARE * longer


def _words(name: str) -> list[str]:
    plain = _APART.sub(" ", " ".join(_WORD.findall(_plain(name))))
    words = plain.split()
    return [word for word in words if word not in LEGAL_FORMS] or words or _WORD.findall(_plain(name))


def _plain(name: str) -> str:
    """Small letters without accents; a full stop or an apostrophe joins: sh.p.k. is shpk."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return re.sub(r"[.'’]", "", "".join(sign for sign in folded if not unicodedata.combining(sign)))

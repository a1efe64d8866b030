"""Keyed hashes, tokens and references: what lets the front door know something again without keeping it."""

import hashlib
import hmac
import secrets

from django.conf import settings

# No 0 and O, no 1, I and L: read over the phone, typed from an SMS.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 8


def keyed(*parts: str) -> str:
    """HMAC-SHA256 under PROOF_KEY, in hex. Parts go in with their lengths: ("ab", "c") is not ("a", "bc")."""
    return hmac.new(settings.PROOF_KEY.encode(), joined(*(part.encode() for part in parts)), hashlib.sha256).hexdigest()


def joined(*parts: bytes) -> bytes:
    """Each part after its length in four bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def new_token() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token; it is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_reference() -> str:
    """Eight letters and digits to say on the phone, like K7M3P9QX: about 39 bits, an address and not a secret."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))

"""The FNP itself: derived from its challenge and a key whenever it is needed, stored and passed on nowhere (R25)."""

import hashlib
import hmac

from django.conf import settings

from auth_flow import keys
from auth_flow.models import FnpChallenge

CODE_DIGITS = 6
# Where code and reference will stand in an SMS. Their brackets are outside GSM-7, so that no transliterated name can
# hold them; they are as long as what takes their place, so that the length of a text can be judged before.
MARK = "⟦code⟧"
REFERENCE_MARK = "⟦ticket⟧"


def key_id() -> str:
    """Which FNP_KEY is in use; a challenge made under another key has no code any more."""
    return hashlib.sha256(b"fnp key:" + settings.FNP_KEY.encode()).hexdigest()[:12]


def derive(challenge: FnpChallenge) -> str:
    """The six digits of this challenge, zeros in front kept: HMAC-SHA256, its first eight bytes modulo a million."""
    message = keys.joined(
        challenge.id.bytes,
        bytes(challenge.nonce),
        str(challenge.user_id).encode(),
        challenge.purpose.encode(),
        bytes(challenge.payload_hash),
        challenge.key_id.encode(),
    )
    digest = hmac.new(settings.FNP_KEY.encode(), message, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

"""The four digits of a caller check: derived from their row and a key whenever needed, stored and passed on nowhere.

They share the FNP's key and nothing else: another message, another length, and no door that takes them.
"""

import hashlib
import hmac

from django.conf import settings

from auth_flow import keys
from auth_flow.models import CallDigits

LENGTH = 4
# Where the digits will stand in the SMS; as long as they are.
MARK = "⟦dd⟧"


def key_id() -> str:
    """Which FNP_KEY is in use; digits made under another key are no digits any more."""
    return hashlib.sha256(b"call key:" + settings.FNP_KEY.encode()).hexdigest()[:12]


def derive(digits: CallDigits) -> str:
    """The four digits of this row, zeros in front kept."""
    message = keys.joined(
        b"the digits of a call",
        digits.id.bytes,
        bytes(digits.nonce),
        digits.call_id.bytes,
        digits.phone.encode(),
        digits.key_id.encode(),
    )
    digest = hmac.new(settings.FNP_KEY.encode(), message, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**LENGTH:0{LENGTH}d}"

"""The links that open a case for whoever cannot sign in: a key in the e-mail, its keyed hash in the books."""

import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from auth_flow import keys
from complaints.models import Case, StatusLink

# Letters alone, and none that looks like another: no part of a key can be taken for a code or an account (mail.queue).
ALPHABET = "abcdefghijkmnopqrstuvwxyz"
LENGTH = 32
# A letter that lies in a mailbox for years opens nothing; whoever still needs her case asks for a new link.
LIFE = timedelta(days=180)
PURPOSE = "case link"


def make(case: Case, at: datetime) -> str:
    """A new link to this case, with about 148 random bits; the whole address, or "" where the portal has none."""
    if not settings.PUBLIC_URL:
        return ""
    key = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    StatusLink.objects.create(case=case, key_hash=_hash(case.number, key), made_at=at)
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('complaints:case', args=[case.number])}?key={key}"


def opens(number: str, key: str, *, at: datetime) -> bool:
    """Whether this key was sent for the case of this number, and not too long ago."""
    if not re.fullmatch(rf"[{ALPHABET}]{{{LENGTH}}}", key):
        return False
    expected = _hash(number, key)
    found = (
        StatusLink.objects.filter(key_hash=expected, made_at__gt=at - LIFE)
        .values_list("case__number", flat=True)
        .first()
    )
    return found is not None and hmac.compare_digest(found.encode(), number.encode())


def _hash(number: str, key: str) -> str:
    return keys.keyed(PURPOSE, number, key)

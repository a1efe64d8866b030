"""Known browsers: a cookie given after a full sign-in, bound to its user and revocable (the device cookie of OWASP).

It proves nothing by itself and skips no step. It only gives its user a lane of failures of her own, so that a stranger
who burns the tries of everybody else cannot keep her out. The cookie holds random tokens, one for each of the last
few users of this browser; the database keeps their hashes.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from auth_flow import keys
from auth_flow.models import KnownBrowser

COOKIE = "__Host-browser" if settings.SESSION_COOKIE_SECURE else "browser"
USERS_MAX = 4


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether this user has signed in with this browser before, in full, and it was not revoked since."""
    return known(tokens_of(request), user) is not None


def known(tokens: Sequence[str], user: User | None) -> KnownBrowser | None:
    """This user's known browser among the tokens. The database is asked the same for nobody."""
    if not tokens:
        return None
    browsers = _alive(tokens)
    return next((browser for browser in browsers if user is not None and browser.user_id == user.pk), None)


def tokens_of(request: HttpRequest) -> list[str]:
    """What the browser's cookie holds, newest first; nothing in it is believed before it was looked up."""
    return [token for token in request.COOKIES.get(COOKIE, "").split(".")[:USERS_MAX] if token]


def give(request: HttpRequest, response: HttpResponse, user: User, at: datetime) -> KnownBrowser:
    """Let this browser be known for its user from now on, after a full sign-in; the cookie lasts a year from here."""
    tokens = tokens_of(request)
    alive = {browser.token_hash: browser for browser in _alive(tokens)}
    others = [token for token in tokens if (found := alive.get(keys.token_hash(token))) and found.user_id != user.pk]
    mine = next(((token, found) for token in tokens if (found := _of(user, alive, token))), None)
    if mine:
        token, browser = mine
        KnownBrowser.objects.filter(pk=browser.pk).update(last_seen_at=at)
    else:
        token = keys.new_token()
        browser = KnownBrowser.objects.create(
            user=user,
            token_hash=keys.token_hash(token),
            browser=request.headers.get("User-Agent", "")[:200],
            first_seen_at=at,
            last_seen_at=at,
        )
    _set(response, [token, *others][:USERS_MAX])
    return browser


def revoke_all(user: User, *, keep: KnownBrowser | None = None, at: datetime) -> int:
    """No browser of this user but `keep` is known any more; returns how many were."""
    known_ones = KnownBrowser.objects.filter(user=user, revoked_at=None)
    return (known_ones.exclude(pk=keep.pk) if keep else known_ones).update(revoked_at=at)


def _alive(tokens: Sequence[str]) -> QuerySet[KnownBrowser]:
    return KnownBrowser.objects.filter(token_hash__in=[keys.token_hash(token) for token in tokens], revoked_at=None)


def _of(user: User, alive: dict[str, KnownBrowser], token: str) -> KnownBrowser | None:
    found = alive.get(keys.token_hash(token))
    return found if found and found.user_id == user.pk else None


def _set(response: HttpResponse, tokens: list[str]) -> None:
    response.set_cookie(
        COOKIE,
        ".".join(tokens),
        max_age=settings.KNOWN_BROWSER_SECONDS,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )

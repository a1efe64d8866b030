"""What a customer had typed when her session ended by itself: kept for her, given back after she signs in again.

It lies in the session of the same browser, which is nobody's until then: on the server, for half an hour, for that
user alone, given back once. Strangers leave nothing, and what looks like a secret is never kept.
"""

import json
import re
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from auth_flow.models import LoginAttempt

KEPT_FOR = timedelta(minutes=30)
LENGTH_MAX = 8000  # of the whole form as JSON; a page of typing
NEVER_KEPT = re.compile(r"password|code|token|secret|challenge|card|key|pin$", re.I)

GIVEN_BACK = _("Fushat janë ashtu siç i latë kur u mbyll hyrja. Kontrollojini para se të vazhdoni.")

# The keys in the session.
OWNER = "over"
FORM = "kept_form"
WAY_BACK = "way_back"


def remember_owner(request: HttpRequest, attempt: LoginAttempt, *, over_at: datetime) -> None:
    """Her session ended by itself at this moment: this browser's next visits may keep a form and a way back for her."""
    until = over_at + KEPT_FOR
    request.session[OWNER] = {"user": attempt.user_id, "until": until.isoformat()}
    request.session.set_expiry(KEPT_FOR)


def remember_way(request: HttpRequest, *, at: datetime) -> None:
    """The page that she wanted when her session was over; a form has its own way back."""
    if request.method == "GET" and _owner(request, at) is not None:
        request.session[WAY_BACK] = request.get_full_path()


def keep(request: HttpRequest, *, at: datetime) -> bool:
    """Keep the form of this request for its owner; called after its token was checked. False where there is none."""
    if _owner(request, at) is None:
        return False
    fields = {name: request.POST[name] for name in request.POST if not NEVER_KEPT.search(name)}
    if len(json.dumps(fields)) > LENGTH_MAX:
        return False
    request.session[FORM] = {"path": request.path, "fields": fields}
    request.session[WAY_BACK] = request.path
    return True


def hand_over(request: HttpRequest, user: User, *, at: datetime) -> None:
    """This user has signed in here: what was kept for somebody else, or for too long, goes."""
    if _owner(request, at) != user.pk:
        for name in (FORM, WAY_BACK):
            request.session.pop(name, None)
    request.session.pop(OWNER, None)
    request.session.set_expiry(None)


def way_back(request: HttpRequest) -> str:
    """Where she was, once; empty if nowhere. Only for whoever has signed in."""
    return str(request.session.pop(WAY_BACK, ""))


def take(request: HttpRequest) -> dict[str, str]:
    """What she had typed into this page's form, once, and a word about it; empty if nothing. Only after signing in."""
    kept = request.session.get(FORM)
    if not kept or kept["path"] != request.path:
        return {}
    del request.session[FORM]
    messages.info(request, GIVEN_BACK)
    return dict(kept["fields"])


def _owner(request: HttpRequest, at: datetime) -> int | None:
    """The key of the user whose session ended in this browser, less than half an hour ago."""
    over = request.session.get(OWNER)
    return over["user"] if over and at < datetime.fromisoformat(over["until"]) else None

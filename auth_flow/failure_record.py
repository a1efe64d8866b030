"""The record of failed sign-ins that django-axes keeps. It records and never decides, and gets nothing that was typed.

Names stand in it as the keyed hashes of the failure counters, staff's too: whoever types a password into the field of
the name would otherwise find it written down. One row a name and address, of a size that does not grow.
"""

import re
from collections.abc import Mapping
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from auth_flow import lockout

KEYED = re.compile(r"[0-9a-f]{64}")
# What axes itself puts on a request; all that its record may know.
KNOWN_TO_AXES = ("axes_attempt_time", "axes_ip_address", "axes_path_info", "axes_locked_out", "axes_updated")


class FailureRecord(AxesDatabaseHandler):  # type: ignore[misc]  # django-axes has no types
    """settings.AXES_HANDLER."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **others: Any
    ) -> None:
        """Record a failure from a request without a query, a body, a browser's name or anything else that varies."""
        if request is None:
            return
        bare = HttpRequest()
        for name in KNOWN_TO_AXES:
            setattr(bare, name, getattr(request, name, None))
        bare.axes_user_agent = bare.axes_http_accept = ""  # type: ignore[attr-defined]  # axes' own attributes
        super().user_login_failed(sender, {"username": name_of(request, credentials)}, bare, **others)
        AccessAttempt.objects.filter(username=name_of(request, credentials)).exclude(post_data="").update(
            get_data="", post_data=""
        )


def tell(request: HttpRequest, identity: str) -> None:
    """Have a failed sign-in recorded, under the keyed identity."""
    user_login_failed.send(sender=__name__, credentials={"username": identity}, request=request)


def name_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name under which a failure is recorded (settings.AXES_USERNAME_CALLABLE): always a keyed hash."""
    name = str((credentials or {}).get("username", ""))
    return name if KEYED.fullmatch(name) else lockout.identity_of_staff(name)

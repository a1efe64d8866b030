"""How many wrong tries there may be: one atomic counter per identity and lane, and a brake per network.

A try is counted before it is judged and given back if it was right, so that forty tries at once are five. The lane
`known` is for a browser or a session that has proved itself; `others` is for everybody else together, so that a
stranger who burns the tries of `others` cannot stop the customer at her own desk. A success clears only its own lane.
"""

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import keys
from auth_flow.models import FailureCounter, NetworkCounter

KNOWN = FailureCounter.Lane.KNOWN
OTHERS = FailureCounter.Lane.OTHERS

FAILURES_PER_BLOCK = 5
BLOCKS = [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)]
NETWORK_FAILURES_MAX = 20
NETWORK_WINDOW = timedelta(minutes=10)


class SignInBlocked(Refusal):
    """`until` is the moment at which tries are judged again; `reference` is what to say to the contact centre."""

    sentence = _(
        "Hyrja u mbyll deri më %(until)s pas disa provash të gabuara. Provoni pas asaj ore ose telefononi bankën "
        "dhe thoni referencën %(reference)s."
    )

    def __init__(self, *, until: datetime, reference: str) -> None:
        super().__init__(until=f"{clock.tirana(until):%d.%m.%Y %H:%M}", reference=reference)
        self.until = until
        self.reference = reference


class TooManyFromHere(Refusal):
    sentence = _("Nga ky rrjet erdhën shumë prova të gabuara. Provoni përsëri pas %(minutes)s minutash.")


def identity_of_user(user: User) -> str:
    """The name of a user in the counters, whatever company she names."""
    return keys.keyed("user", str(user.pk))


def identity_of_pair(customer_number: str, nipt: str) -> str:
    """The name of a pair that belongs to nobody; both parts already in their normal form."""
    return keys.keyed("pair", customer_number, nipt)


def identity_of_staff(username: str) -> str:
    return keys.keyed("staff", username)


# The first try of an identity inserts the row; a row under a block is not touched, and returns nothing.
_RESERVE = """
INSERT INTO auth_flow_failurecounter AS c (identity, lane, failures, level, blocked_until, reference, last_failure_at)
VALUES (%(identity)s, %(lane)s, 1, 0, NULL, '', %(at)s)
ON CONFLICT (identity, lane) DO UPDATE SET
  failures = c.failures + 1,
  level = (c.failures + 1) / %(per_block)s,
  blocked_until = CASE WHEN (c.failures + 1) %% %(per_block)s = 0
    THEN %(at)s + (%(blocks)s::interval[])[least((c.failures + 1) / %(per_block)s, %(blocks_count)s)] END,
  reference = CASE WHEN (c.failures + 1) %% %(per_block)s = 0 THEN %(reference)s ELSE '' END,
  last_failure_at = %(at)s
WHERE c.blocked_until IS NULL OR c.blocked_until <= %(at)s
RETURNING failures
"""

_GIVE_BACK = """
UPDATE auth_flow_failurecounter SET
  blocked_until = CASE WHEN failures %% %(per_block)s = 0 THEN NULL ELSE blocked_until END,
  reference = CASE WHEN failures %% %(per_block)s = 0 THEN '' ELSE reference END,
  level = (failures - 1) / %(per_block)s,
  failures = failures - 1
WHERE identity = %(identity)s AND lane = %(lane)s AND failures > 0
"""


def reserve(identity: str, lane: str, at: datetime) -> None:
    """Count one try as failed before anybody judges it; the fifth places the block. Refuses while a block holds.

    Commit it before the try is judged. A try that was right is given back, or the lane cleared.
    """
    facts: dict[str, Any] = {
        "identity": identity,
        "lane": lane,
        "at": at,
        "per_block": FAILURES_PER_BLOCK,
        "blocks": BLOCKS,
        "blocks_count": len(BLOCKS),
        "reference": keys.new_reference(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, facts)
        if cursor.fetchone():
            return
    raise block_of(identity, lane, at) or SignInBlocked(until=at, reference="")


def give_back(identity: str, lane: str) -> None:
    """Take one reserved try off the count: it was right. Earlier failures stay, a block that it caused goes."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"identity": identity, "lane": lane, "per_block": FAILURES_PER_BLOCK})


def clear(identity: str, lane: str) -> None:
    """Forget the failures of this lane, after a full success."""
    FailureCounter.objects.filter(identity=identity, lane=lane).exclude(failures=0).update(
        failures=0, level=0, blocked_until=None, reference=""
    )


def block_of(identity: str, lane: str, at: datetime) -> SignInBlocked | None:
    """The block that holds at this moment, as the refusal to raise."""
    counter = FailureCounter.objects.filter(identity=identity, lane=lane, blocked_until__gt=at).first()
    if counter is None or counter.blocked_until is None:
        return None
    return SignInBlocked(until=counter.blocked_until, reference=counter.reference)


# --- The brake per network -------------------------------------------------------------------------------------------

_COUNT_NETWORK = """
INSERT INTO auth_flow_networkcounter AS n (network, window_at, failures) VALUES (%(network)s, %(at)s, 1)
ON CONFLICT (network) DO UPDATE SET
  failures = CASE WHEN n.window_at > %(since)s THEN n.failures + 1 ELSE 1 END,
  window_at = CASE WHEN n.window_at > %(since)s THEN n.window_at ELSE %(at)s END
"""


def refuse_crowded_network(ip: str, at: datetime) -> None:
    """Refuse, before any password is hashed, what comes from a network that failed too often."""
    counter = NetworkCounter.objects.filter(
        network=network_of(ip), window_at__gt=at - NETWORK_WINDOW, failures__gte=NETWORK_FAILURES_MAX
    ).first()
    if counter:
        left = counter.window_at + NETWORK_WINDOW - at
        raise TooManyFromHere(minutes=int(left.total_seconds() // 60) + 1)


def count_network(ip: str, at: datetime) -> None:
    """One more failed sign-in from this network."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_NETWORK, {"network": network_of(ip), "at": at, "since": at - NETWORK_WINDOW})


def network_of(ip: str) -> str:
    """An IPv4 address stands for itself; an IPv6 one for its /64, which one subscriber has to herself."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


# --- django-axes: it records, and never decides ----------------------------------------------------------------------


def tell_axes(request: HttpRequest, identity: str) -> None:
    """Have django-axes record a failed sign-in, under the keyed identity and without anything that was typed."""
    user_login_failed.send(sender=__name__, credentials={"username": identity}, request=request)


def name_for_axes(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name under which django-axes records (settings.AXES_USERNAME_CALLABLE)."""
    return str((credentials or {}).get("username", ""))[:255]

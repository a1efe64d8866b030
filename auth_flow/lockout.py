"""How many wrong tries there may be: one atomic counter per identity and lane, and a brake per network.

A try is counted before it is judged and given back if it was right, so that forty tries at once are five. The lane
`session` is for whoever is signed in, `known` for the door seen from a browser that has proved itself; `others` is for
everybody else together. So a stranger who burns the tries of `others` cannot stop the customer at her own desk, and an
old device cookie cannot stop her session. A success clears only its own lane.

An identity is a customer number and nothing else: the same for a number that names nobody, for a wrong NIPT and for
every company of a user, so that no block tells which it was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from accounts import clock
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import keys, networks
from auth_flow.models import FailureCounter, FnpChallenge, LoginAttempt, NetworkCounter

SESSION = FailureCounter.Lane.SESSION
KNOWN = FailureCounter.Lane.KNOWN
OTHERS = FailureCounter.Lane.OTHERS
REPORTS = "report"
FAILURES_PER_BLOCK: int = settings.FAILURES_PER_BLOCK

network_of = networks.subscriber_of


class SignInBlocked(Refusal):
    """`until` is the moment at which tries are judged again; `reference` is what to say to the contact centre.

    `centre_is_next` says that the next block of this run holds until the contact centre lifts it, `is_first` that no
    other try met this block before.
    """

    sentence = _(
        "Hyrja u mbyll deri më %(until)s pas disa provash të gabuara. Provoni pas asaj ore ose telefononi bankën "
        "dhe thoni referencën %(reference)s."
    )

    def __init__(
        self, *, until: datetime, reference: str, centre_is_next: bool = False, is_first: bool = False
    ) -> None:
        shown = clock.tirana(clock.shown(until))
        super().__init__(until=f"{shown:%d.%m.%Y %H:%M}", reference=reference)
        self.until = until
        self.reference = reference
        self.centre_is_next = centre_is_next
        self.is_first = is_first


class TooManyFromHere(Refusal):
    """Fact: minutes."""

    sentence = ngettext_lazy(
        "Nga ky rrjet erdhën shumë prova të gabuara. Provoni përsëri pas %(minutes)s minute.",
        "Nga ky rrjet erdhën shumë prova të gabuara. Provoni përsëri pas %(minutes)s minutash.",
        "minutes",
    )


def identity_of(customer_number: str) -> str:
    """The name of a customer number in the counters, whoever it belongs to; in its normal form."""
    return keys.keyed("customer", customer_number)


def identity_of_user(user: User) -> str:
    """The same, of a user: her name is her customer number."""
    return identity_of(user.username)


def identity_of_staff(username: str) -> str:
    return keys.keyed("staff", username)


def lane_of(attempt: LoginAttempt, purpose: str = FnpChallenge.Purpose.SIGN_IN) -> str:
    """The lane in which a try of this attempt counts: that of sessions for what is asked in one."""
    if purpose in {FnpChallenge.Purpose.PAYMENT, FnpChallenge.Purpose.SETTINGS}:
        return SESSION
    return KNOWN if attempt.known_browser_id else OTHERS


# The first try of an identity inserts the row; a row under a block is not touched, and returns nothing.
_RESERVE = """
INSERT INTO auth_flow_failurecounter AS c
  (identity, lane, failures, level, blocked_until, reference, refused, code_failures, last_failure_at)
VALUES (%(identity)s, %(lane)s, 1, 0, NULL, '', 0, %(code)s, %(at)s)
ON CONFLICT (identity, lane) DO UPDATE SET
  failures = c.failures + 1,
  level = (c.failures + 1) / %(per_block)s,
  blocked_until = CASE WHEN (c.failures + 1) %% %(per_block)s = 0
    THEN %(at)s + (%(blocks)s::interval[])[least((c.failures + 1) / %(per_block)s, %(blocks_count)s)] END,
  reference = CASE WHEN (c.failures + 1) %% %(per_block)s = 0 THEN %(reference)s ELSE '' END,
  refused = 0,
  code_failures = CASE WHEN c.failures %% %(per_block)s = 0 THEN 0 ELSE c.code_failures END + %(code)s,
  announced_level = CASE
    WHEN (c.failures + 1) %% %(per_block)s <> 0 OR (c.failures + 1) / %(per_block)s < %(announce)s
      THEN c.announced_level
    WHEN c.lane <> 'others' THEN coalesce(c.announced_level, (c.failures + 1) / %(per_block)s)
    WHEN c.code_failures + %(code)s < %(per_block)s OR c.announced_level = (c.failures + 1) / %(per_block)s - 1
      THEN c.announced_level
    ELSE (c.failures + 1) / %(per_block)s END,
  last_failure_at = %(at)s
WHERE c.blocked_until IS NULL OR c.blocked_until <= %(at)s
RETURNING failures
"""

_REFUSE = """
UPDATE auth_flow_failurecounter SET refused = refused + 1
 WHERE identity = %(identity)s AND lane = %(lane)s AND blocked_until > %(at)s
RETURNING refused
"""

_GIVE_BACK = """
UPDATE auth_flow_failurecounter SET
  blocked_until = CASE WHEN failures %% %(per_block)s = 0 THEN NULL ELSE blocked_until END,
  reference = CASE WHEN failures %% %(per_block)s = 0 THEN '' ELSE reference END,
  announced_level = CASE WHEN failures %% %(per_block)s = 0 THEN nullif(announced_level, level)
    ELSE announced_level END,
  level = (failures - 1) / %(per_block)s,
  code_failures = greatest(code_failures - %(code)s, 0),
  failures = failures - 1
WHERE identity = %(identity)s AND lane = %(lane)s AND failures > 0
"""


def reserve(identity: str, lane: str, at: datetime, *, after_password: bool = False) -> None:
    """Count one try as failed before anybody judges it; the fifth places the block. Refuses while a block holds.

    Commit it before the try is judged. A try that was right is given back, or the lane cleared. `after_password` says
    that whoever tries has given the right password: what is tried is a code.
    """
    facts: dict[str, Any] = {
        "identity": identity,
        "lane": lane,
        "at": at,
        "code": int(after_password),
        "per_block": settings.FAILURES_PER_BLOCK,
        "blocks": [timedelta(seconds=seconds) for seconds in settings.BLOCK_SECONDS],
        "blocks_count": len(settings.BLOCK_SECONDS),
        "announce": settings.CENTRE_BLOCK - 1,
        "reference": keys.new_reference(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, facts)
        if cursor.fetchone():
            return
    raise block_of(identity, lane, at) or SignInBlocked(until=at, reference="")


def give_back(identity: str, lane: str, *, after_password: bool = False) -> None:
    """Take one reserved try off the count: it was right. Earlier failures stay, a block that it caused goes.

    `after_password` as it was reserved.
    """
    facts: dict[str, Any] = {
        "identity": identity,
        "lane": lane,
        "code": int(after_password),
        "per_block": settings.FAILURES_PER_BLOCK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, facts)


def clear(identity: str, lane: str) -> None:
    """Forget the failures of this lane, after a full success."""
    FailureCounter.objects.filter(identity=identity, lane=lane).exclude(failures=0).update(
        failures=0,
        level=0,
        blocked_until=None,
        reference="",
        refused=0,
        code_failures=0,
        announced_level=None,
        owner_told_at=None,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A lane at one moment: the block that holds, whether the next failure places one, whether this one is the
    centre's to lift."""

    block: SignInBlocked | None = None
    is_last_try: bool = False
    is_for_the_centre: bool = False


def standing(identity: str, lane: str, at: datetime) -> Standing:
    """How this lane stands; one query."""
    counter = FailureCounter.objects.filter(identity=identity, lane=lane).first()
    if counter is None:
        return Standing()
    if counter.blocked_until is None or counter.blocked_until <= at:
        return Standing(is_last_try=counter.failures % settings.FAILURES_PER_BLOCK == settings.FAILURES_PER_BLOCK - 1)
    announced = counter.announced_level
    block = SignInBlocked(
        until=counter.blocked_until, reference=counter.reference, centre_is_next=announced == counter.level
    )
    # In the lane of strangers: each try of the announced block, and of this one, was a code after the right password.
    is_serious = lane != OTHERS or counter.code_failures >= settings.FAILURES_PER_BLOCK
    return Standing(block=block, is_for_the_centre=is_serious and announced is not None and announced < counter.level)


def block_of(identity: str, lane: str, at: datetime) -> SignInBlocked | None:
    """The block that holds at this moment, as the refusal to raise."""
    return standing(identity, lane, at).block


def count_refused(identity: str, lane: str, at: datetime) -> int:
    """One more try that met the block; how many there were under it. Zero when it has just ended."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE, {"identity": identity, "lane": lane, "at": at})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


# --- The brakes per network ------------------------------------------------------------------------------------------

_COUNT_NETWORK = """
INSERT INTO auth_flow_networkcounter AS n (network, window_at, failures) VALUES (%(network)s, %(at)s, 1)
ON CONFLICT (network) DO UPDATE SET
  failures = CASE WHEN n.window_at > %(since)s THEN n.failures + 1 ELSE 1 END,
  window_at = CASE WHEN n.window_at > %(since)s THEN n.window_at ELSE %(at)s END
RETURNING failures, window_at
"""


def refuse_crowded_network(ip: str, at: datetime) -> None:
    """Refuse, before any password is hashed, what comes from a network that failed too often."""
    counter = NetworkCounter.objects.filter(
        network=network_of(ip), window_at__gt=at - _window(), failures__gte=settings.NETWORK_FAILURES_MAX
    ).first()
    if counter:
        raise _wait_for(counter.window_at, at)


def count_network(ip: str, at: datetime) -> None:
    """One more failed try from this network."""
    _count(network_of(ip), at)


def count_or_refuse(what: str, ip: str, at: datetime, *, most: int) -> None:
    """Count something else that a network does, e.g. reports of a code; refuses more than `most` in a window."""
    done, window_at = _count(f"{what} {network_of(ip)}", at)
    if done > most:
        raise _wait_for(window_at, at)


def count_of_all_or_refuse(what: str, at: datetime, *, most: int) -> None:
    """The same of all networks together, e.g. guesses about one paper."""
    done, window_at = _count(what, at)
    if done > most:
        raise _wait_for(window_at, at)


def refuse_many_starts(ip: str, at: datetime) -> None:
    """Refuse to begin yet another way in for a network whose many led to nothing."""
    begun = LoginAttempt.objects.filter(
        subscriber=network_of(ip), started_at__gt=at - _window(), signed_in_at=None
    ).order_by("-started_at")
    oldest = begun.values_list("started_at", flat=True)[settings.NETWORK_STARTS_MAX - 1 : settings.NETWORK_STARTS_MAX]
    for started_at in oldest:
        raise _wait_for(started_at, at)


def _count(name: str, at: datetime) -> tuple[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_NETWORK, {"network": name, "at": at, "since": at - _window()})
        row = cursor.fetchone()
    return int(row[0]), row[1]


def _wait_for(begun_at: datetime, at: datetime) -> TooManyFromHere:
    left = begun_at + _window() - at
    return TooManyFromHere(minutes=int(left.total_seconds() // 60) + 1)


def _window() -> timedelta:
    return timedelta(seconds=settings.NETWORK_WINDOW_SECONDS)

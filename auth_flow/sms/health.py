"""How well a gateway does, counted in PostgreSQL so that every worker and page knows the same.

N failures in a row within a minute make it disturbed: its deputy goes first, pages say so, and one message in half a
minute tries it again. A success heals it at once; five minutes without another failure do too.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q

from auth_flow.models import GatewayHealth

WINDOW = timedelta(minutes=1)
PROBE_EVERY = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(minutes=5)

# A row of failures goes on within its minute; one that is long enough goes on until it is forgotten.
_COUNT_FAILURE = """
INSERT INTO auth_flow_gatewayhealth AS h (gateway, failures, first_failure_at, last_failure_at, probe_at)
VALUES (%(gateway)s, 1, %(at)s, %(at)s, %(probe_at)s)
ON CONFLICT (gateway) DO UPDATE SET (failures, first_failure_at, last_failure_at, probe_at) = (
  SELECT CASE WHEN goes_on THEN h.failures + 1 ELSE 1 END,
         CASE WHEN goes_on THEN h.first_failure_at ELSE %(at)s END,
         %(at)s, greatest(h.probe_at, %(probe_at)s)
    FROM (SELECT h.failures > 0 AND (h.first_failure_at > %(since)s
             OR (h.failures >= %(most)s AND h.last_failure_at > %(forgotten)s)) AS goes_on) AS row_of_failures
)
"""


def count_failure(gateway: str, at: datetime) -> None:
    """One more message that this gateway did not take, for a reason that is not the message's own."""
    facts: dict[str, str | int | datetime] = {
        "gateway": gateway,
        "at": at,
        "probe_at": at + PROBE_EVERY,
        "since": at - WINDOW,
        "forgotten": at - FORGOTTEN_AFTER,
        "most": settings.SMS_DISTURBED_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_FAILURE, facts)


def count_success(gateway: str) -> None:
    """It answers. Costs no write while it is healthy."""
    GatewayHealth.objects.filter(gateway=gateway, failures__gt=0).update(failures=0)


def disturbed(names: list[str], at: datetime) -> set[str]:
    """Which of these gateways are disturbed at this moment."""
    return set(GatewayHealth.objects.filter(_disturbed(at), gateway__in=names).values_list("gateway", flat=True))


def may_probe(gateway: str, at: datetime) -> bool:
    """Whether this caller is the one that may try a disturbed gateway now; the next one waits for half a minute."""
    turn = GatewayHealth.objects.filter(_disturbed(at), gateway=gateway, probe_at__lte=at)
    return bool(turn.update(probe_at=at + PROBE_EVERY))


def _disturbed(at: datetime) -> Q:
    return Q(failures__gte=settings.SMS_DISTURBED_AFTER, last_failure_at__gt=at - FORGOTTEN_AFTER)

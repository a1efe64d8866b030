"""Whether the portal can work: what `/readyz` tells the operators' machines."""

from collections.abc import Mapping

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from bkt_portal.celery import heartbeat_age_seconds


def answers() -> Mapping[str, bool]:
    """Each part of the portal and whether it answered just now.

    A heartbeat is sent by the beat and done by a worker: without one, either may be down, and both are told so.
    """
    is_beating = heartbeat_age_seconds() is not None
    return {"database": _database_answers(), "queue": _queue_answers(), "worker": is_beating, "beat": is_beating}


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _queue_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as queue:
            return bool(queue.ping())
    except redis.RedisError:
        return False

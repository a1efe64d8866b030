"""Whether the portal can work: what `/readyz` tells the operators' machines."""

import threading
import time
from collections.abc import Callable, Mapping

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from accounts import day_watch
from bkt_portal.celery import heartbeat_age_seconds

REMEMBERED_SECONDS = 2.0
# Told, and no reason to take the portal out of service: it works while the close of a day is late.
BANK_DAY = "bank day"

Answers = Mapping[str, bool]


class Memory:
    """The last answers of this process. While one thread asks anew, the others get what is known.

    `/readyz` is open to everybody: however often it is called, the parts are asked once in two seconds.
    """

    def __init__(self, ask: Callable[[], Answers]) -> None:
        self._ask = ask
        self._asking = threading.Lock()
        self.known: Answers | None = None
        self._since = 0.0

    def answers(self) -> Answers:
        """Each part of the portal and whether it answered, at most two seconds ago."""
        known = self.known
        if known is not None and (self._is_fresh() or not self._asking.acquire(blocking=False)):
            return known
        if known is None:
            self._asking.acquire()
        try:
            if self.known is None or not self._is_fresh():
                self.known = self._ask()
                self._since = time.monotonic()
            return self.known
        finally:
            self._asking.release()

    def forget(self) -> None:
        self.known = None

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._since < REMEMBERED_SECONDS


def _ask() -> Answers:
    """A heartbeat is sent by the beat and done by a worker: without one, either may be down, and both are told so."""
    is_beating = heartbeat_age_seconds() is not None
    answers = {"database": _database_answers(), "queue": _queue_answers(), "worker": is_beating, "beat": is_beating}
    if answers["database"] and day_watch.warned_of():
        answers[BANK_DAY] = False
    return answers


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def _queue_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as queue:
            return bool(queue.ping())
    except redis.RedisError:
        return False


memory = Memory(_ask)
answers = memory.answers

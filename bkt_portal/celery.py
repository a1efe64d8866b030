"""The worker and the beat. The beat sends short ticks (CELERY_BEAT_SCHEDULE); each asks a clock what is due."""

import os
from typing import Final

import redis
from celery import Celery
from celery.signals import setup_logging, worker_init
from django.conf import settings
from django.utils.module_loading import import_string
from redis.backoff import NoBackoff
from redis.retry import Retry

HEARTBEAT_KEY: Final = "portal:heartbeat"
HEARTBEAT_LIFE_SECONDS: Final = 15

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bkt_portal.settings")
app = Celery("bkt_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Log lines are configured in the settings; Celery, left alone, would drop every line below WARNING."""


@worker_init.connect
def _refuse_unsafe_database(**_: object) -> None:
    import_string("bkt_portal.production.refuse_unsafe_database")()


@app.task(name="bkt_portal.heartbeat")
def heartbeat() -> None:
    """Sent by the beat, done by a worker: the mark it leaves shows that both live, and Redis lets it fade."""
    with _redis() as connection:
        connection.set(HEARTBEAT_KEY, "beating", ex=HEARTBEAT_LIFE_SECONDS)


def heartbeat_age_seconds() -> float | None:
    """How long ago the last heartbeat went through the queue; None when too long ago, or Redis is out of reach."""
    try:
        with _redis() as connection:
            left_ms = int(connection.pttl(HEARTBEAT_KEY))
    except redis.RedisError:
        return None
    return HEARTBEAT_LIFE_SECONDS - left_ms / 1000 if left_ms > 0 else None


def _redis() -> redis.Redis:
    """A connection that gives up after a second: the library's own default tries again for many."""
    once = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=once)

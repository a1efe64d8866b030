"""What the clock does at night is told in the log: a worker logs as everybody else does."""

import logging

from celery.app.log import Logging

from bkt_portal.celery import app


def test_a_worker_leaves_our_logging_as_it_is() -> None:
    before = (logging.getLogger().level, list(logging.getLogger().handlers))

    Logging(app).setup_logging_subsystem(loglevel="WARNING")

    assert (logging.getLogger().level, list(logging.getLogger().handlers)) == before


def test_a_tick_is_no_news() -> None:
    assert not logging.getLogger("celery.worker.strategy").isEnabledFor(logging.INFO)
    assert logging.getLogger("accounts.tasks").getEffectiveLevel() <= logging.INFO

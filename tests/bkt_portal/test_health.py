"""/healthz and /readyz: what the operators' machines ask."""

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from bkt_portal import readiness


def test_health_asks_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "status"), [(1.0, 200), (None, 503)])
def test_ready_means_that_every_part_has_answered(
    age: float | None, status: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "heartbeat_age_seconds", lambda: age)

    answer = client.get("/readyz")

    heart = "ok" if age else "no answer"
    assert answer.status_code == status
    assert answer.content.decode() == f"database: ok\nqueue: ok\nworker: {heart}\nbeat: {heart}\n"


@pytest.mark.django_db
def test_a_queue_out_of_reach_is_told(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "queue: no answer" in answer.content.decode()


def test_a_database_out_of_reach_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise DatabaseError

    monkeypatch.setattr(readiness, "connection", Gone())

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.content.decode().startswith("database: no answer\n")

"""/healthz and /readyz: what the operators' machines ask."""

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from bkt_portal import readiness


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    readiness.memory.forget()


def test_health_asks_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Cache-Control"] == "no-store"


def test_health_asks_for_no_session_no_user_and_no_host(client: Client) -> None:
    client.cookies["portal"] = "a" * 32  # whoever asked for this session would meet a test without a database

    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_however_often_it_is_asked_the_parts_are_asked_once_in_two_seconds(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    now = [100.0]
    monkeypatch.setattr("bkt_portal.readiness.time.monotonic", lambda: now[0])
    monkeypatch.setattr(readiness, "heartbeat_age_seconds", lambda: asked.append(now[0]))

    for moment in (100.0, 100.1, 101.9, 102.1):
        now[0] = moment
        client.get("/readyz")

    assert asked == [100.0, 102.1]


def test_while_one_asks_the_others_get_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "REMEMBERED_SECONDS", 0.0)
    inside: list[readiness.Answers] = []

    def ask() -> readiness.Answers:
        if memory.known:
            inside.append(memory.answers())
        return {"database": not memory.known}

    memory = readiness.Memory(ask)
    memory.answers()

    assert memory.answers() == {"database": False}
    assert inside == [{"database": True}]


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

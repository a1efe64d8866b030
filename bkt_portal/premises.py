"""Where the demo and the tests live: one private directory, its secrets, and nothing that anybody else can read."""

import fcntl
import os
import secrets
import socket
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from shlex import quote
from typing import Final

LOOPBACK: Final = "127.0.0.1"
NOT_STARTED: Final = "postgresql://portal_app@127.0.0.1:1/not_started"
QUEUE_NOT_STARTED: Final = "redis://127.0.0.1:1/0"

# What a command beside the running demo must know.
KEYS: Final = (
    *("PORTAL_MODE", "PORTAL_DIR", "PUBLIC_URL", "SECRET_KEY", "FNP_KEY", "PROOF_KEY"),
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PAPERS_CERTIFICATE", "PAPERS_CERTIFICATE_PASSWORD"),
)


class CannotStart(Exception):  # noqa: N818  it is an answer to a person, not an error of ours
    """Something that the machine lacks or forbids; the message is one sentence for the person at the terminal."""


def furnish(environment: MutableMapping[str, str]) -> None:
    """Make the demo's directory and complete `environment`, so that the settings can be read before any server runs.

    What is set already wins. The addresses of servers that `up` will start are placeholders until it knows them.
    """
    directory = private(Path(environment.get("PORTAL_DIR") or ".portal").absolute())
    environment.update(PORTAL_MODE="demo", PORTAL_DIR=str(directory))
    for name in ("SECRET_KEY", "FNP_KEY", "PROOF_KEY"):
        if name not in environment and f"{name}_FILE" not in environment:
            environment[name] = password(directory, name.lower())
    given = environment.get("DATABASE_URL")
    environment["DATABASE_URL"] = given or NOT_STARTED
    environment["DATABASE_OWNER_URL"] = environment.get("DATABASE_OWNER_URL") or given or NOT_STARTED
    environment["REDIS_URL"] = environment.get("REDIS_URL") or QUEUE_NOT_STARTED
    environment["PORT"] = environment.get("PORT") or "8000"
    if "PAPERS_CERTIFICATE" not in environment:
        environment["PAPERS_CERTIFICATE"] = str(directory / "secrets" / "papers.p12")
        environment["PAPERS_CERTIFICATE_PASSWORD"] = password(directory, "papers_certificate_password")
    environment.setdefault("STATIC_ROOT", str(directory / "static"))
    environment.setdefault("PUBLIC_URL", f"http://localhost:{environment['PORT']}")


def leave_keys(directory: Path, environment: Mapping[str, str]) -> None:
    """Write what a command in another terminal needs to reach the running demo: `set -a; . PORTAL_DIR/env`."""
    lines = [f"{name}={quote(environment[name])}\n" for name in KEYS if name in environment]
    write_private(directory / "env", "".join(lines))


def private(directory: Path) -> Path:
    """Make `directory` if need be, for its owner alone; refuses one that cannot be written."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    except OSError as problem:
        raise CannotStart(f"The directory {directory} cannot be used: {problem.strerror}.") from None
    if not os.access(directory, os.W_OK | os.X_OK):
        raise CannotStart(f"The directory {directory} cannot be written.")
    return directory


def write_private(path: Path, content: str) -> None:
    """Write a file that is 0600 from its first moment and never half there."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    part.replace(path)


def password(directory: Path, name: str) -> str:
    """The secret `name` of this directory: random, made once, kept in a 0600 file."""
    path = private(directory / "secrets") / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()


def claim(directory: Path) -> int:
    """Hold `directory` until this process ends; refuses when another one does. Returns the lock's descriptor."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise CannotStart(f"Another portal is running from {directory}: stop it, or set PORTAL_DIR.") from None
    return descriptor


def free_port() -> int:
    """A loopback port that was free a moment ago; whoever takes it must be ready to try another."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def refuse_taken_port(port: int) -> None:
    """A port that cannot be listened on is told at once, before the databases start."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as problem:
            reason = getattr(problem, "strerror", None) or "it is no port number"
            raise CannotStart(f"Port {port} cannot be used: {reason}. Choose another with PORT=...") from None

"""The whole portal in one command: database, queue, migrations, demo bank, web, worker and beat."""

import json
import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management.base import BaseCommand

from bkt_portal import children, embedded, premises
from bkt_portal.children import Child

WEB_PATIENCE = 60.0  # seconds until the first page must answer
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, a closed terminal: all end in good order


class Command(BaseCommand):
    help = "Runs the demo: PostgreSQL, the queue, the web server, the worker and the beat. Ctrl-C ends them all."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        directory = Path(settings.PORTAL_DIR)
        running: list[Child] = []
        os.umask(0o077)
        for ending in ENDINGS:
            signal.signal(ending, signal.default_int_handler)
        try:
            premises.claim(directory)
            port = _port()
            self._start_servers(directory, running)
            self._prepare(directory)
            running += _programs(directory, port)
            _await_web(port, running)
            self._tell(directory, port)
            raise _death(children.wait_for_an_end(running))
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        except premises.CannotStart as reason:
            sys.exit(str(reason))
        finally:
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)
            children.stop_all(running)

    def _start_servers(self, directory: Path, running: list[Child]) -> None:
        """PostgreSQL and the queue, unless the environment names others; then tell everybody where they are."""
        if os.environ["DATABASE_URL"] == premises.NOT_STARTED:
            self._say("Starting PostgreSQL")
            database = embedded.start_database(directory)
            running.append(database.child)
            os.environ.update(DATABASE_URL=database.runtime_url, DATABASE_OWNER_URL=database.owner_url)
        if os.environ["REDIS_URL"] == premises.QUEUE_NOT_STARTED:
            self._say("Starting the queue")
            queue = embedded.start_queue(directory)
            running.append(queue.child)
            os.environ["REDIS_URL"] = queue.redis_url
        premises.leave_keys(directory, os.environ)

    def _prepare(self, directory: Path) -> None:
        self._say("Migrating")
        _manage("migrate", "--database", "owner", "--no-input", log=directory / "logs" / "migrate.log")
        self._say("Opening the demo bank")
        self.stdout.write(_manage("demo_bank", log=directory / "logs" / "demo_bank.log"), ending="")
        stamp, state = directory / "static.stamp", _static_state()
        if not stamp.exists() or stamp.read_text() != state:
            self._say("Collecting the static files")
            _manage("collectstatic", "--no-input", "--clear", log=directory / "logs" / "collectstatic.log")
            premises.write_private(stamp, state)

    def _say(self, step: str) -> None:
        self.stdout.write(f"{step} ...")
        self.stdout.flush()

    def _tell(self, directory: Path, port: int) -> None:
        """The address, and who may sign in."""
        cast = json.loads((directory / "demo.json").read_text(encoding="utf-8"))
        self.stdout.write(f"\nThe portal is open at http://localhost:{port}\n\n")
        columns = ("role", "customer_number", "nipt", "password", "phone", "company", "card_number", "card_expiry")
        self._table(columns, cast.get("people", []))
        self.stdout.write(f"\nStaff, at http://localhost:{port}/staff/\n\n")
        self._table(("role", "username", "password", "totp_secret"), [cast["staff"], *cast.get("colleagues", [])])
        self.stdout.write(f"\nSMS arrive at http://localhost:{port}/demo/phone/ and in {directory / 'sms.jsonl'}.")
        self.stdout.write(f"Logs are in {directory / 'logs'}. Ctrl-C ends everything; the data stays.")
        self.stdout.flush()

    def _table(self, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        lines = [columns, *(tuple(str(row.get(column) or "-") for column in columns) for row in rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            self.stdout.write(
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            )


def _port() -> int:
    try:
        port = int(os.environ["PORT"])
    except ValueError:
        raise premises.CannotStart(f"PORT must be a number, not {os.environ['PORT']!r}.") from None
    premises.refuse_taken_port(port)
    return port


def _manage(*arguments: str, log: Path) -> str:
    """Run one command of ours to its end; what it printed. What it refuses is told in its own words."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    premises.write_private(log, done.stdout + done.stderr)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        if "Traceback (most recent call last)" in said:
            raise premises.CannotStart(f"`manage.py {arguments[0]}` failed; see {log}: {said.splitlines()[-1]}")
        raise premises.CannotStart(said.removeprefix("CommandError: "))
    return done.stdout


def _static_state() -> str:
    """A line that changes whenever a static file does."""
    files = [storage.path(name) for finder in get_finders() for name, storage in finder.list([])]
    return f"{len(files)} files, newest {max((Path(file).stat().st_mtime_ns for file in files), default=0)}"


def _programs(directory: Path, port: int) -> list[Child]:
    python, logs = sys.executable, directory / "logs"
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", premises.LOOPBACK, "--port", str(port)]
    web += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--workers-kill-timeout", "5"]
    celery = [python, "-m", "celery", "-A", "bkt_portal.celery"]
    worker = [*celery, "worker", "-Q", "otp,batch,celery", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--schedule", str(directory / "beat"), "--pidfile", ""]
    commands = {"web": [*web, "bkt_portal.wsgi:application"], "worker": worker, "beat": beat}
    return [children.start(name, command, log=logs / f"{name}.log") for name, command in commands.items()]


def _await_web(port: int, running: list[Child]) -> None:
    """Any answer will do: what the page says is not ours to judge here."""
    give_up = time.monotonic() + WEB_PATIENCE
    while time.monotonic() < give_up:
        ended = children.first_ended(running)
        if ended is not None:
            raise _death(ended)
        connection = HTTPConnection(premises.LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise premises.CannotStart(f"The web server does not answer on port {port}; see PORTAL_DIR/logs/web.log.")


def _death(child: Child) -> premises.CannotStart:
    status = child.process.returncode
    return premises.CannotStart(
        f"{child.name} ended by itself (status {status}). The end of {child.log}:\n{child.last_lines()}"
    )

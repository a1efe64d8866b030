"""A whole portal for tests: web server, worker and beat as in the demo, on a database and a queue of their own.

The programs log in with the runtime role, hash passwords with Argon2 and serve compressed static files; only the SMS
go to a file and the bank's clock can be moved. Between two tests the database is renewed under the running programs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TypeVar

from accounts import clock
from accounts.models import BankClock
from bkt_portal import children
from bkt_portal.children import Child
from bkt_portal.premises import LOOPBACK, free_port
from tests.bank_database import ROOT, BankDatabase

T = TypeVar("T")

PATIENCE = 15.0  # seconds; long enough for a busy machine, and no test waits them out when all is well
START_PATIENCE = 60.0
PORT_TRIES = 3


def until(answer: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """What `answer` says as soon as it is not empty; asks again and again, and gives up loudly."""
    give_up = time.monotonic() + patience
    while not (found := answer()):
        assert time.monotonic() < give_up, f"waited {patience:.0f} seconds in vain"
        time.sleep(0.05)
    return found


class Portal:
    """`database` is in use by this process while a test runs, so that a test sees and makes what the portal sees."""

    def __init__(self, database: BankDatabase, directory: Path, *, queue_url: str) -> None:
        self.database = database
        self.directory = directory
        self.sms_file = directory / "sms.jsonl"
        self.port = 0
        self.running: dict[str, Child] = {}
        self.environment = os.environ | {
            "PORTAL_MODE": "demo",
            "PORTAL_DIR": str(directory),
            "SMS_FILE": str(self.sms_file),
            "STATIC_ROOT": str(directory / "static"),
            "DATABASE_URL": database.url,
            "REDIS_URL": queue_url,
        }
        self.environment.pop("DATABASE_OWNER_URL", None)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def open(self) -> None:
        """Start everything, and return when every part has answered."""
        self.start_worker()
        beat = self._celery("beat", "--schedule", str(self.directory / "beat"), "--pidfile", "")
        self.running["beat"] = self._start("beat", beat)
        self._collect_static()
        self._start_web()
        until(lambda: self._status("/readyz") == 200, patience=START_PATIENCE)

    def close(self) -> None:
        children.stop_all(self.running.values())

    def start_worker(self) -> None:
        options = ("-Q", "otp,batch,celery", "--concurrency", "2", "--without-gossip", "--without-mingle")
        self.running["worker"] = self._start("worker", self._celery("worker", *options))

    def kill_worker(self) -> None:
        """As when the machine loses power: no farewell, for the worker and for its own children."""
        worker = self.running.pop("worker").process
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def set_clock(self, moment: datetime) -> None:
        """Let the bank's clock go on from this moment."""
        BankClock.objects.update_or_create(id=1, defaults={"offset": moment - clock.machine()})

    def messages(self, phone: str) -> list[str]:
        """The texts of all SMS to this phone, oldest first."""
        return _bodies(self.sms_file, phone)

    def letters(self, address: str) -> list[str]:
        """The texts of all e-mails to this address, oldest first."""
        return _bodies(self.directory / "mail.jsonl", address)

    def _start_web(self) -> None:
        """On a free port; another one if somebody was faster."""
        options = ("--interface", "wsgi", "--host", LOOPBACK, "--workers", "1", "--blocking-threads", "4", "--no-ws")
        for _try in range(PORT_TRIES):
            self.port = free_port()
            self.environment["PUBLIC_URL"] = self.url
            command = [sys.executable, "-m", "granian", *options, "--port", str(self.port)]
            web = self._start("web", [*command, "bkt_portal.wsgi:application"])
            if self._answers_before_it_ends(web):
                self.running["web"] = web
                return
        raise AssertionError(f"the web server does not start: {web.last_lines()}")

    def _answers_before_it_ends(self, web: Child) -> bool:
        until(lambda: web.has_ended() or self._status("/healthz"), patience=START_PATIENCE)
        return not web.has_ended()

    def _status(self, path: str) -> int:
        """The status of a page; 0 while nobody answers."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()

    def _collect_static(self) -> None:
        command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--skip-checks", "-v0"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def _celery(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "celery", "-A", "bkt_portal.celery", *arguments]

    def _start(self, name: str, command: list[str]) -> Child:
        log = self.directory / "logs" / f"{name}.log"
        return children.start(name, command, log=log, environment=self.environment)


def _bodies(file: Path, to: str) -> list[str]:
    """Of a file with one message a line; a line that is still being written is not there yet."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [line["body"] for line in lines if line["to"] == to]

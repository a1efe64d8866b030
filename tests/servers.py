"""The servers of a test run: one embedded PostgreSQL and one queue for all workers, a database and a queue number each.

Loaded with `-p tests.servers`, before the settings are read. DATABASE_URL and REDIS_URL win where they are set; the
role behind DATABASE_URL then needs CREATEDB and CREATEROLE.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from bkt_portal import embedded

_started: list[tuple[embedded.Servers, Path]] = []
KEYS = {
    "PORTAL_MODE": "test",
    "SECRET_KEY": "test-only-secret-key-that-is-long-enough-for-every-check-of-the-portal",
    "FNP_KEY": "test-only-fnp-key-0123456789abcdef",
    "PROOF_KEY": "test-only-proof-key-0123456789abcdef",
    "DJANGO_SETTINGS_MODULE": "bkt_portal.settings",
}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the environment before pytest-django reads the settings; workers inherit the servers of their parent."""
    os.environ.update(KEYS)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker and not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        directory = Path(tempfile.mkdtemp(prefix="portal-tests-"))
        servers = embedded.start(directory / "servers", fast=True)
        _started.append((servers, directory))
        os.environ.setdefault("DATABASE_URL", servers.owner_url)
        os.environ.setdefault("REDIS_URL", servers.redis_url)
    number = int(worker.removeprefix("gw") or 0) + 1 if worker else 0
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"
    portal_dir = Path(tempfile.mkdtemp(prefix="portal-test-files-"))
    os.environ["PORTAL_DIR"] = str(portal_dir)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started and leave nothing behind."""
    shutil.rmtree(os.environ.get("PORTAL_DIR", ""), ignore_errors=True)
    while _started:
        servers, directory = _started.pop()
        servers.stop()
        shutil.rmtree(directory, ignore_errors=True)

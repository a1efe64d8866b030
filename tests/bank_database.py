"""Databases for real commits: one migrated template a process, and a fresh copy of it for every test that asks.

The portal logs in with a role of its own that has the rights of `portal_runtime` and no more, as in production.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
VACUUM_PATIENCE = 20.0  # seconds


class BankDatabase:
    """One database by name, emptied as often as one likes; whoever is connected to it finds the new one next time."""

    def __init__(self) -> None:
        mark = secrets.token_hex(4)
        self.name, self.template, self.role = f"bank_{mark}", f"bank_template_{mark}", f"bank_app_{mark}"
        self.password = secrets.token_urlsafe(24)
        self.owner_url = os.environ["DATABASE_URL"]

    @property
    def url(self) -> str:
        """How the portal logs in."""
        parts = urlsplit(self.owner_url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{self.role}:{quote(self.password)}@{host}", path=f"/{self.name}"))

    def build(self) -> None:
        """The template with every migration, and the role of the portal."""
        self._execute("CREATE DATABASE {template}")
        address = urlunsplit(urlsplit(self.owner_url)._replace(path=f"/{self.template}"))
        command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--no-input", "--skip-checks", "-v0"]
        environment = os.environ | {"DATABASE_URL": address, "DATABASE_OWNER_URL": address}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        self._execute(
            "CREATE ROLE {role} LOGIN PASSWORD {password}",
            "GRANT portal_runtime TO {role}",
            "GRANT {role} TO CURRENT_USER WITH INHERIT TRUE",  # to end its sessions
        )

    @contextmanager
    def another(self) -> Iterator["BankDatabase"]:
        """A second database of the same template and role, to which no running portal is connected."""
        quiet = copy(self)
        quiet.name = f"{self.name}_quiet"
        try:
            yield quiet
        finally:
            quiet._execute("DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def renew(self) -> None:
        """Throw everything away and begin with what the migrations leave."""
        self._execute(
            "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            "CREATE DATABASE {name} TEMPLATE {template}",
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {name} TO {role}",
        )

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let Django's default connection of this process, in all its threads, be the portal's."""
        settings = connections["default"].settings_dict
        before = {key: settings[key] for key in ("NAME", "USER", "PASSWORD")}
        connections.close_all()
        settings.update(NAME=self.name, USER=self.role, PASSWORD=self.password)
        try:
            yield
        finally:
            connections.close_all()
            settings.update(before)

    def drop(self) -> None:
        self._execute(
            "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            "DROP DATABASE IF EXISTS {template} WITH (FORCE)",
            "DROP ROLE IF EXISTS {role}",
        )

    def _execute(self, *statements: str) -> None:
        """As the owner, outside any transaction."""
        words = {
            "name": sql.Identifier(self.name),
            "template": sql.Identifier(self.template),
            "role": sql.Identifier(self.role),
            "password": sql.Literal(self.password),
        }
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            for statement in statements:
                _patiently(connection, sql.SQL(statement).format(**words))


def _patiently(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """Nobody but a superuser drops a database with FORCE while autovacuum is in it; it never stays for long."""
    deadline = time.monotonic() + VACUUM_PATIENCE
    while True:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return

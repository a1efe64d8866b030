"""ledger, against other ledgers for Django: one transfer after the other, each through its ledger's own public API.

Each peer below peers/ has an environment of its own, locked with hashes, which `uv sync` installs beside it. It books
in a database of its own on the portal's server, through a connection with the portal's settings, one commit a transfer;
so does the portal, by accounts.ledger.post. What cannot be installed is said and left out.
"""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from accounts import audit, clock, enrolment, ledger
from accounts.identifiers import make_albanian_iban
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount
from accounts.models.ledger import Channel, Kind
from bench.rounds import Pace, Result, interleave, rate, ratio
from bkt_portal import premises

PEERS_PLACE = Path(__file__).with_name("peers")
BOOT_UV = Path(__file__).resolve().parent.parent / ".boot" / "bin" / "uv"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
INSTALL_PATIENCE = 300.0
ACCOUNTS = 200  # of every side
OVERDRAFT_MINOR = 10**12  # nobody is refused: a refusal would be quicker than a transfer
AGE = 300  # transfers of every side before statistics are made: plans for empty tables are not what a bank runs on
BENCH = audit.Actor(name="bench", role="system")
FACTS = Facts(kind=Kind.OWN, channel=Channel.ONLINE, remittance_information="Pagese fature 2026-11")
OURS = "accounts.ledger.post"


@dataclass(frozen=True, slots=True)
class Peer:
    """A ledger: its directory below peers/, its name on PyPI, and how many times as fast the portal has to be."""

    directory: str
    package: str
    bar: float

    @property
    def place(self) -> Path:
        return PEERS_PLACE / self.directory

    @property
    def python(self) -> Path:
        return self.place / ".venv" / "bin" / "python"


PEERS = (
    Peer("hordak", "django-hordak", 2),
    Peer("oscar_accounts", "django-oscar-accounts", 8),
    Peer("ledger", "django-ledger", 20),
)


def measure(pace: Pace) -> list[Result]:
    """Our rate over that of each peer that could be installed; nothing where none could."""
    installed = [peer for peer in PEERS if _install(peer)]
    if not installed:
        return []
    sides: dict[str, Callable[[], float]] = {OURS: _ours(pace.seconds)}
    with ExitStack() as running:
        for peer in installed:
            sides[peer.package] = partial(running.enter_context(_running(peer)), pace.seconds)
        found = interleave(sides, rounds=pace.rounds)
    ratios = [
        Result("ledger", f"one by one: {OURS} / {peer.package}", ratio(found[OURS], found[peer.package]), "x", peer.bar)
        for peer in installed
    ]
    figures = [
        Result("ledger", f"one by one: {name}, for reading only", median(rates), "/s") for name, rates in found.items()
    ]
    return ratios + figures


# --- The peers -------------------------------------------------------------------------------------------------------


def _install(peer: Peer) -> bool:
    """Bring its environment up to its lock; whether there is one now."""
    uv = str(BOOT_UV) if BOOT_UV.exists() else shutil.which("uv")
    if uv is None:
        return _left_out(peer, "uv was not found, neither in .boot/bin nor on the PATH")
    environment = _bare_environment() | {"UV_PYTHON_DOWNLOADS": "never"}
    if CERTIFICATES.exists():
        environment |= {"UV_SYSTEM_CERTS": "true"}  # as bin/bootstrap does
    command = [uv, "sync", "--locked", "--quiet"]
    try:
        done = subprocess.run(
            command, cwd=peer.place, env=environment, capture_output=True, text=True, timeout=INSTALL_PATIENCE
        )
    except subprocess.TimeoutExpired:
        return _left_out(peer, f"its environment was not there after {INSTALL_PATIENCE:.0f} s")
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["uv did not say why"]
        return _left_out(peer, f"its environment cannot be installed: {said[-1].strip()}")
    return True


def _left_out(peer: Peer, why: str) -> bool:
    sys.stdout.write(f"{peer.package} was not measured: {why}.\n")
    return False


def _bare_environment() -> dict[str, str]:
    """Neither our keys nor our settings; what reaches a package index stays (proxies, certificates)."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    names = [name for name in os.environ if name.upper() in kept or name.startswith("UV_")]
    return {name: os.environ[name] for name in names}


@contextmanager
def _running(peer: Peer) -> Iterator[Callable[[float], float]]:
    """The peer with its accounts open: books for so many seconds, returns its rate (peers/conversation.py)."""
    environment = _bare_environment() | {
        "PYTHONPATH": str(PEERS_PLACE),
        "DJANGO_SETTINGS_MODULE": "settings",
        "PEER_ACCOUNTS": str(ACCOUNTS),
        "PEER_AGE": str(AGE),
        "PEER_DATABASE": json.dumps(_database_of(peer)),
    }
    process = subprocess.Popen(
        [peer.python, "run.py"],
        cwd=peer.place,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        to_it, from_it = process.stdin, process.stdout
        assert to_it is not None, "a pipe"
        assert from_it is not None, "a pipe"
        if not from_it.readline():
            raise premises.CannotStart(f"{peer.package} did not open its accounts.")

        def book(seconds: float) -> float:
            to_it.write(f"{seconds}\n")
            to_it.flush()
            return float(json.loads(from_it.readline())["rate"])

        yield book
        to_it.close()


def _database_of(peer: Peer) -> dict[str, object]:
    """A new and empty database on our server, as Django's settings name it, with our settings of a connection."""
    owner_url = os.environ["DATABASE_OWNER_URL"]
    name, owner = f"peer_{peer.directory}", conninfo_to_dict(owner_url)
    secret = premises.password(settings.PORTAL_DIR / "servers", "postgres")
    superuser = make_conninfo(owner_url, user="postgres", password=secret, dbname="postgres")
    with psycopg.connect(superuser, autocommit=True) as server:
        facts = {"name": sql.Identifier(name), "owner": sql.Identifier(str(owner["user"]))}
        server.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(**facts))
    ours = settings.DATABASES["default"]
    kept = ("ENGINE", "HOST", "PORT", "CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "OPTIONS")
    return {key: ours[key] for key in kept} | {"NAME": name, "USER": owner["user"], "PASSWORD": owner["password"]}


# --- The portal ------------------------------------------------------------------------------------------------------


def _ours(seconds: float) -> Callable[[], float]:
    ids, numbers = _open_accounts(), itertools.count(1)
    dice = random.Random(1)  # noqa: S311  which accounts, how much: no secrets

    def transfer() -> None:
        at, (debit, credit), amount = clock.machine(), dice.sample(ids, 2), dice.randint(1, 100_000)
        ledger.post(
            key=f"peers:{next(numbers)}",
            legs=[Leg(debit, -amount), Leg(credit, amount)],
            facts=FACTS,
            value_on=clock.tirana_day(at),
            at=at,
        )

    for _number in range(AGE):
        transfer()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    connection.close()
    return partial(rate, transfer, seconds=seconds)


def _open_accounts() -> list[int]:
    """Current accounts of one company, as many as each peer has."""
    at = clock.now()
    company = enrolment.enrol_company(name="KRAHASUESI SHPK", nipt="L99999998B", actor=BENCH, at=at)
    made = BankAccount.objects.bulk_create(
        BankAccount(
            kind=BankAccount.Kind.CURRENT,
            company=company,
            iban=make_albanian_iban("205", "1162", f"9997{number:08d}ALL1"),
            name="Llogaria rrjedhëse",
            currency="ALL",
            overdraft_minor=OVERDRAFT_MINOR,
            opened_on=clock.tirana_day(at),
        )
        for number in range(ACCOUNTS)
    )
    return [account.pk for account in made]

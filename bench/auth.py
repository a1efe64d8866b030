"""auth: whether the time of an answer tells who banks here, and how soon a code reaches the gateway."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts import audit, clock, enrolment
from accounts.enrolment import PersonFacts
from accounts.models import Company, User
from auth_flow import fnp, login
from auth_flow.models import LoginAttempt, SmsMessage
from bench.rounds import Pace, Result
from bkt_portal import children, demo_cast

NIPT, STRANGER_NIPT = "L99999999A", "L99999998A"
BENCH = audit.Actor(name="bench", role="system")
CODES_PER_USER = 5  # more would meet the budget of unused codes
GATEWAY_BAR_MS = 50.0
PAUSE_SECONDS = 0.04  # low load: a code is at the gateway before the next is asked for
WORKER_PATIENCE = 60.0
SHUFFLES = 1000


def measure(pace: Pace) -> list[Result]:
    call_command("collectstatic", interactive=False, verbosity=0)
    company = enrolment.enrol_company(name="MATËSI SHPK", nipt=NIPT, actor=BENCH, at=clock.now())
    users = _enrol(company, max(2 * pace.tries, 1 + pace.messages // CODES_PER_USER))
    return _identities(users, pace.tries) + _delivery(users, pace.messages)


def _enrol(company: Company, count: int) -> list[User]:
    """Customers of this company, all with one password hash: making each its own would take longer than measuring."""
    users = []
    for number in range(count):
        facts = PersonFacts(f"{number + 1:09d}", "Elira", "Hoxha", f"+355672{number:06d}")
        user = enrolment.enrol_user(facts=facts, actor=BENCH, at=clock.now())
        enrolment.grant_mandate(
            user=user, company=company, may_prepare=True, may_sign=True, actor=BENCH, at=clock.now()
        )
        users.append(user)
    users[0].set_password(demo_cast.PASSWORD)
    User.objects.filter(pk__in=[user.pk for user in users]).update(
        password=users[0].password, password_changed_at=clock.now()
    )
    return users


# --- Known and unknown ------------------------------------------------------------------------------------------------


def _identities(users: list[User], tries: int) -> list[Result]:
    """A wrong password for pairs that exist (twice) and for pairs that do not, in turn, in random order.

    Every try is an identity and a network of its own, so that neither block nor brake is met. The noise is what
    known differs from known: of a thousand random halves of all known times, the 99th percentile of the difference
    between their medians. (A single difference of two halves is sometimes nothing, and would judge by luck.)
    """
    times: dict[str, list[float]] = {"known": [], "known again": [], "unknown": []}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        _wrong_password("000000000", STRANGER_NIPT, "10.255.0.1")  # the first one in a process makes a hash
        for number in range(tries):
            pairs = [
                ("known", f"{2 * number + 1:09d}", NIPT),
                ("known again", f"{2 * number + 2:09d}", NIPT),
                ("unknown", f"9{number:08d}", STRANGER_NIPT),
            ]
            random.shuffle(pairs)
            for place, (kind, customer_number, nipt) in enumerate(pairs):
                network = f"10.{place}.{number // 250}.{number % 250}"
                times[kind].append(_wrong_password(customer_number, nipt, network))
    known = times["known"] + times["known again"]
    difference, noise = abs(median(times["unknown"]) - median(known)), _noise(known)
    apart = abs(median(times["known"]) - median(times["known again"]))
    return [
        Result("auth", "password step: unknown against known identity", difference, "ms", round(noise, 3), "lower"),
        Result("auth", "password step: known against known, for reading only", apart, "ms"),
        Result("auth", "password step: median, for reading only", median(known), "ms"),
    ]


def _wrong_password(customer_number: str, nipt: str, network: str) -> float:
    """Milliseconds of the second page's answer."""
    browser = Client(REMOTE_ADDR=network)
    browser.post(reverse("auth_flow:login"), {"customer_number": customer_number, "nipt": nipt})
    started_at = time.perf_counter()
    response = browser.post(reverse("auth_flow:login_password"), {"password": "not-her-password"})
    passed = time.perf_counter() - started_at
    assert response.status_code == 200, response.status_code
    return passed * 1000


def _noise(known: list[float]) -> float:
    apart = []
    for _shuffle in range(SHUFFLES):
        shuffled = random.sample(known, len(known))
        half = len(shuffled) // 2
        apart.append(abs(median(shuffled[:half]) - median(shuffled[half:])))
    return quantiles(apart, n=100)[98]


# --- From commit to gateway -------------------------------------------------------------------------------------------


def _delivery(users: list[User], count: int) -> list[Result]:
    """One code after the other, through the queue and a worker as the demo's; the file gateway stands for Twilio."""
    committed: dict[UUID, datetime] = {}
    with _worker(), override_settings(FNP_PER_BANK_MAX=2 * count):
        _ask_code(_attempt(users[0]), committed)
        _await_gateway()
        committed.clear()
        for number in range(count):
            if number % CODES_PER_USER == 0:
                attempt = _attempt(users[1 + number // CODES_PER_USER])
            _ask_code(attempt, committed)
            time.sleep(PAUSE_SECONDS)
        _await_gateway()
    sent = dict(SmsMessage.objects.filter(challenge__in=committed).values_list("challenge", "sent_at"))
    waits = [(at - committed[challenge]).total_seconds() * 1000 for challenge, at in sent.items() if at is not None]
    cuts = quantiles(waits, n=100)
    return [
        Result("auth", f"FNP from commit to gateway, p99 of {count}", cuts[98], "ms", GATEWAY_BAR_MS, "lower"),
        Result("auth", "FNP from commit to gateway, median, for reading only", cuts[49], "ms"),
        Result("auth", "FNP that did not reach the gateway", count - len(waits), "", 0, "lower"),
    ]


def _attempt(user: User) -> LoginAttempt:
    assert user.person is not None, "a customer has a person"
    step = login.identify(
        customer_number=user.person.customer_number,
        nipt=NIPT,
        network=f"10.254.{user.pk // 250 % 250}.{user.pk % 250}",  # more codes than one network may ask for
        browser="bench",
        at=clock.machine(),
    )
    return step.attempt


def _ask_code(attempt: LoginAttempt, committed: dict[UUID, datetime]) -> None:
    """What step two does once the password was right; notes the moment of the commit, before the queue is told.

    Each for a subject of its own: a second code for the same one would stop the first on its way, and hide its wait.
    """
    assert attempt.user is not None, "the pair is known"
    moments: list[datetime] = []
    with transaction.atomic(durable=True):
        transaction.on_commit(lambda: moments.append(clock.machine()))
        challenge = fnp.issue(
            user=attempt.user,
            purpose=fnp.SIGN_IN,
            body=b"bench",
            sms=login.sms_text(),
            attempt=attempt,
            subject=f"bench:{len(committed)}",
            at=clock.machine(),
        )
    committed[challenge.pk] = moments[0]


def _await_gateway() -> None:
    """Until nothing waits any more."""
    give_up = time.monotonic() + WORKER_PATIENCE
    while SmsMessage.objects.filter(status=SmsMessage.Status.QUEUED).exists():
        assert time.monotonic() < give_up, "no worker sends the SMS"
        time.sleep(0.1)


@contextmanager
def _worker() -> Iterator[None]:
    options = ("-Q", "otp,batch,celery", "--concurrency", "2", "--without-gossip", "--without-mingle")
    command = [sys.executable, "-m", "celery", "-A", "bkt_portal.celery", "worker", *options]
    worker = children.start("worker", command, log=Path(settings.PORTAL_DIR) / "logs" / "worker.log")
    try:
        yield
    finally:
        worker.stop()

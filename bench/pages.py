"""pages: what a signed-in page of the demo bank costs beyond knowing who asks.

Requests go to the WSGI application in this process, one after the other, over its persistent database connection: no
web server and no test client between. The bank's clock is the real one, as in production, where it asks no database.
"""

import os
import re
from collections.abc import Callable
from io import BytesIO
from statistics import median
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from accounts import clock
from accounts.models import BankAccount, Company
from auth_flow import fnp
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from auth_flow.models import FnpChallenge
from bench.rounds import Pace, Result, interleave, rate, ratio
from bkt_portal import demo, urls
from bkt_portal.demo_cast import FIRMS, PASSWORD, VERA
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus

QUERIES_BAR = 6
RATE_BAR = 0.5
WARM_CALLS = 20
NIPT = FIRMS[1].nipt  # four eyes, two currencies, and a signer with a second company: the fullest first page
TRANSACTION = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TRANSACTION)\b", re.I)
# What a signed-in page of plain Django cannot do without.
PLAIN_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


@signed_in
def bare(request: SignedInRequest) -> HttpResponse:
    """Nothing but the house's own question, who is signed in for which company."""
    return HttpResponse(request.company.name)


@login_required
def plain(request: HttpRequest) -> HttpResponse:
    """Nothing but Django's question, who is signed in."""
    return HttpResponse(request.user.get_username())


urlpatterns = [*urls.urlpatterns, path("bench/bare/", bare), path("bench/plain/", plain)]


def measure(pace: Pace) -> list[Result]:
    """Queries of each page, then the rate of the overview against the two bare views."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with override_settings(ROOT_URLCONF=__name__, BANK_CLOCK_OFFSET=None, ALLOWED_HOSTS=["testserver"]):
        demo.build(at=clock.now())
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")  # as any bank's database is some minutes later
        cookie = _sign_in()
        portal = WSGIHandler()
        with override_settings(MIDDLEWARE=PLAIN_MIDDLEWARE):
            django = WSGIHandler()
        return _queries(portal, cookie) + _rates(portal, django, cookie, pace)


def _queries(portal: WSGIHandler, cookie: str) -> list[Result]:
    """Statements beyond those of the bare view, which are session, user, device, attempt and mandate.

    tests/bkt_portal/test_queries.py holds every page to the same bar; here are those of which a company has much.
    """
    known = _statements(portal, "/bench/bare/", cookie)
    found = {name: _statements(portal, address, cookie) - known for name, address in _addresses().items()}
    results = [Result("pages", f"{name}: queries", count, "", QUERIES_BAR, "lower") for name, count in found.items()]
    return [*results, Result("pages", "who is signed in: queries, for reading only", known, "")]


def _rates(portal: WSGIHandler, django: WSGIHandler, cookie: str, pace: Pace) -> list[Result]:
    asked = {"overview": (portal, "/"), "bare": (portal, "/bench/bare/"), "plain": (django, "/bench/plain/")}

    def side(handler: WSGIHandler, address: str) -> Callable[[], float]:
        return lambda: rate(lambda: _get(handler, address, cookie), seconds=pace.seconds)

    for handler, address in asked.values():
        for _call in range(WARM_CALLS):
            _get(handler, address, cookie)
    found = interleave({name: side(*where) for name, where in asked.items()}, rounds=pace.rounds)
    door = ratio(found["plain"], found["bare"])
    against_bare, against_plain = ratio(found["overview"], found["bare"]), ratio(found["overview"], found["plain"])
    return [
        Result("pages", "overview / a bare page behind the portal's own door", against_bare, "x", RATE_BAR),
        Result("pages", "overview / a bare page of plain Django", against_plain, "x"),
        Result("pages", "overview beyond the door, in bare pages of plain Django", 1 / against_plain - door, "pages"),
        *(Result("pages", f"{name}, for reading only", median(rates), "/s") for name, rates in found.items()),
    ]


def _addresses() -> dict[str, str]:
    """The pages of the company, each with its usual content."""
    company = Company.objects.get(nipt=NIPT)
    account = BankAccount.objects.filter(company=company, currency="ALL").get()
    orders = PaymentOrder.objects.filter(company=company)
    done = orders.filter(status=OrderStatus.EXECUTED).latest("created_at")
    waiting = orders.filter(status=OrderStatus.AWAITING).latest("created_at")
    return {
        "overview": reverse("home"),
        "accounts": reverse("statements:accounts"),
        "activity": reverse("statements:activity", args=[account.uuid]),
        "statement": reverse("statements:statement", args=[account.uuid]),
        "orders": reverse("payments:orders"),
        "order, executed": reverse("payments:order", args=[done.pk]),
        "order, waiting": reverse("payments:order", args=[waiting.pk]),
        "review": reverse("payments:review", args=[waiting.pk]),
        "approvals": reverse("payments:approvals"),
    }


def _sign_in() -> str:
    """All three steps through the pages; the Cookie header of the session."""
    browser = Client()
    browser.post(reverse("auth_flow:login"), {"customer_number": VERA.customer_number, "nipt": NIPT})
    browser.post(reverse("auth_flow:login_password"), {"password": PASSWORD})
    code = fnp.derive(
        FnpChallenge.objects.filter(user__person__customer_number=VERA.customer_number).latest("created_at")
    )
    browser.post(reverse("auth_flow:login_code"), {"code": code})
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _statements(handler: WSGIHandler, address: str, cookie: str) -> int:
    """Statements of one answer once all caches are warm; BEGIN and COMMIT ask nothing and are not counted."""
    _get(handler, address, cookie)
    with CaptureQueriesContext(connection) as captured:
        _get(handler, address, cookie)
    return sum(not TRANSACTION.match(query["sql"]) for query in captured.captured_queries)


def _get(handler: WSGIHandler, address: str, cookie: str) -> None:
    facts: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_COOKIE": cookie,
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }
    response = handler(facts, _answered)
    b"".join(response)
    response.close()
    assert response.status_code == 200, f"{address}: {response.status_code}"


def _answered(status: str, headers: list[tuple[str, str]], error: Any = None, /) -> Callable[[bytes], object]:
    """A web server would send these now; there is none."""
    return lambda body: None

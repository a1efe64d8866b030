"""Whose address a request carries, and whom each guard lets through."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts import clock
from accounts.models import AuditEvent
from auth_flow import lockout
from auth_flow.backends import StaffBackend
from auth_flow.decorators import Act, may, public, signed_in
from auth_flow.http import SignedInRequest, client_ip
from auth_flow.models import FailureCounter
from tests import builders


@pytest.mark.parametrize(
    ("proxies", "forwarded", "ip"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    rf: RequestFactory, settings: Any, proxies: int, forwarded: str, ip: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies

    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_ip(request) == ip


def visit(rf: RequestFactory, *, prepares: bool = False, signs: bool = False, is_in: bool = True) -> HttpRequest:
    now = clock.machine()
    request: Any = rf.get("/anything/")
    request.session = {}
    company = builders.company(at=now)
    mandate = builders.mandate_of(builders.user(company, prepares=prepares, signs=signs, at=now))
    request.attempt, request.mandate, request.company = (object(), mandate, company) if is_in else (None, None, None)
    request.user = mandate.user
    return request  # as the middleware leaves it


def page(request: SignedInRequest) -> HttpResponse:
    return HttpResponse("in")


@pytest.mark.django_db
@pytest.mark.parametrize(("act", "other"), [("prepare", "sign"), ("sign", "prepare")])
def test_a_mandate_opens_its_own_pages_and_no_others(rf: RequestFactory, act: Act, other: Act) -> None:
    request = visit(rf, prepares=act == "prepare", signs=act == "sign")

    assert may(act)(page)(request).content == b"in"
    with pytest.raises(PermissionDenied):
        may(other)(page)(request)
    assert AuditEvent.objects.get(event="auth.page.refused").reason == f"may_{other}"


@pytest.mark.django_db
def test_visitors_are_led_to_the_door(rf: RequestFactory) -> None:
    request = visit(rf, is_in=False)

    for guard in (signed_in, may("prepare"), may("sign")):
        assert guard(page)(request).headers["Location"] == "/login/"


def test_every_guard_says_what_it_is() -> None:
    marks = [public(lambda request: HttpResponse()), signed_in(page), may("prepare")(page), may("sign")(page)]

    assert [getattr(view, "access", "") for view in marks] == ["public", "signed_in", "may:prepare", "may:sign"]


@pytest.mark.django_db
def test_no_call_to_authenticate_lets_a_customer_in(rf: RequestFactory) -> None:
    user = builders.user(builders.company(at=clock.machine()), at=clock.machine())

    assert authenticate(rf.post("/staff/login/"), username=user.username, password=builders.PASSWORD) is None


@pytest.mark.django_db
def test_staff_are_counted_before_they_are_judged(rf: RequestFactory) -> None:
    staff, request = builders.staff(), rf.post("/staff/login/")
    assert authenticate(request, username=staff.username, password=builders.PASSWORD) == staff
    for _try in range(5):
        assert authenticate(request, username=staff.username, password="wrong") is None

    assert authenticate(request, username=staff.username, password=builders.PASSWORD) is None
    with pytest.raises(PermissionDenied):
        StaffBackend().authenticate(request, username=staff.username, password=builders.PASSWORD)


@pytest.mark.django_db
def test_a_full_staff_sign_in_clears_the_count(client: Client) -> None:
    staff = builders.staff()
    identity = lockout.identity_of_staff(staff.username)
    for _try in range(4):
        lockout.reserve(identity, lockout.OTHERS, clock.machine())

    client.force_login(staff, backend="auth_flow.backends.StaffBackend")

    assert FailureCounter.objects.get(identity=identity).failures == 0


@pytest.mark.django_db
def test_a_staff_block_ends_by_itself() -> None:
    identity, long_ago = lockout.identity_of_staff("stafi"), clock.machine() - timedelta(minutes=16)
    for _try in range(5):
        lockout.reserve(identity, lockout.OTHERS, long_ago)
    staff = builders.staff("stafi")

    assert StaffBackend().authenticate(None, username="stafi", password=builders.PASSWORD) == staff

"""The staff's session: a cookie of its own, and an end on the server after eight hours or fifteen idle minutes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, User
from tests import builders, doors

pytestmark = pytest.mark.django_db

DOOR = "/staff/login/"


@pytest.fixture
def staff() -> User:
    return builders.staff()


@pytest.fixture
def travel() -> Callable[[timedelta], time_machine.travel]:
    start = clock.machine()
    return lambda span: time_machine.travel(start + span, tick=False)


def stays(desk: Client) -> bool:
    return desk.get("/staff/").status_code == 200


def test_fifteen_idle_minutes_end_the_session_for_every_copy_of_its_cookie(staff, travel):
    desk, copy = doors.at_the_desk(staff), Client()
    copy.cookies["staff"] = desk.cookies["staff"].value

    with travel(timedelta(minutes=15, seconds=1)):
        answer = desk.get("/staff/", follow=True)

    assert answer.redirect_chain[0][0].startswith(DOOR)
    assert "15 minuta" in answer.content.decode()
    assert not stays(copy)
    assert AuditEvent.objects.get(event="staff.signed_out").reason == "idle"


def test_every_page_keeps_the_session_for_another_fifteen_minutes(staff, travel):
    desk = doors.at_the_desk(staff)

    for minutes in (14, 28, 42):
        with travel(timedelta(minutes=minutes)):
            assert stays(desk)


def test_after_eight_hours_the_session_ends_however_busy_it_is(staff, travel):
    desk = doors.at_the_desk(staff)
    for minutes in range(10, 480, 10):
        with travel(timedelta(minutes=minutes)):
            assert stays(desk)

    with travel(timedelta(hours=8, seconds=5)):
        answer = desk.get("/staff/", follow=True)

    assert "8 orë" in answer.content.decode()
    assert AuditEvent.objects.get(event="staff.signed_out").reason == "absolute"


def test_a_session_that_never_began_at_the_staffs_door_is_over(staff):
    desk = doors.at_the_desk(staff)
    desk.cookies["portal"] = desk.cookies["staff"].value  # where the test client looks for its session
    session = desk.session
    del session["staff_signed_in_at"]
    session.save()

    assert not stays(desk)


def test_each_door_gives_and_reads_its_own_cookie(staff, signed_in):
    desk = doors.at_the_desk(staff)
    customer = signed_in(builders.user(builders.company(), signs=True))
    both = Client()
    both.cookies["staff"] = desk.cookies["staff"].value
    both.cookies["portal"] = customer.cookies["portal"].value

    assert both.get("/staff/").wsgi_request.user == staff
    assert both.get("/accounts/").context["header"] is not None

    gone = both.post("/staff/logout/").cookies

    assert (gone["staff"].value, gone["staff"]["max-age"]) == ("", 0)
    assert "portal" not in gone
    assert not stays(both)
    assert both.get("/accounts/").status_code == 200, "the customer's session goes on"


def test_a_customers_cookie_opens_no_desk_and_a_staffs_no_account(staff, signed_in):
    desk, customer = doors.at_the_desk(staff), signed_in(builders.user(builders.company()))

    assert customer.get("/staff/").wsgi_request.user.is_anonymous
    assert desk.get("/accounts/").wsgi_request.user.is_anonymous


def test_the_staffs_cookie_is_as_careful_as_the_customers(staff):
    desk = doors.at_the_desk(staff)

    cookie = desk.get("/staff/").cookies[settings.STAFF_COOKIE_NAME]

    assert "portal" not in desk.get("/staff/").cookies
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")

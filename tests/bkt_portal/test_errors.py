"""The pages of errors (R73): in Albanian, with the contact centre's number and a reference; never broken themselves."""

import logging
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from bkt_portal import views

PHONE = "+355 (0) 4 2266 288"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raised", "status"),
    [(SuspiciousOperation, 400), (PermissionDenied, 403), (Http404, 404), (ZeroDivisionError, 500)],
)
def test_every_error_ends_in_help(
    raised: type[Exception], status: int, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(at: object) -> None:
        raise raised

    monkeypatch.setattr(views, "bank_day", fail)

    answer = visitor.get(reverse("home"))

    page = answer.content.decode()
    assert answer.status_code == status
    assert '<html lang="sq"' in page
    assert PHONE in page
    assert f"Gabimi {status}" in page
    assert answer.wsgi_request.META["portal.reference"] in page


@pytest.mark.parametrize(("view", "status"), [(views.conflict, 409), (views.too_many, 429)])
def test_a_conflict_and_a_flood_have_their_pages(view: Callable[[HttpRequest], HttpResponse], status: int) -> None:
    page = view(RequestFactory().get("/"))

    assert page.status_code == status
    assert PHONE in page.content.decode()


def test_an_address_that_does_not_exist_is_told_without_a_database(visitor: Client) -> None:
    answer = visitor.get("/nuk-ekziston/")

    assert answer.status_code == 404
    assert PHONE in answer.content.decode()


def test_the_page_of_500_needs_no_session_no_database_and_no_context_processor(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = RequestFactory().get("/")
    request.META["portal.reference"] = "ABCD2345"

    with caplog.at_level(logging.ERROR):
        answer = views.broken(request)

    assert answer.status_code == 500
    assert "ABCD2345" in answer.content.decode()
    assert [record.reference for record in caplog.records] == ["ABCD2345"]  # type: ignore[attr-defined]  # our own extra


def test_when_even_the_page_of_500_breaks_plain_words_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError

    monkeypatch.setattr("django.template.loader.get_template", fail)
    request = RequestFactory().get("/")
    request.META["portal.reference"] = "ABCD2345"

    answer = views.broken(request)

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/plain")
    assert "ABCD2345" in answer.content.decode()
    assert PHONE in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_a_token_is_refused_with_a_way_on() -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("language"), {"language": "en"})

    assert answer.status_code == 403
    assert PHONE in answer.content.decode()
    assert "CSRF" not in answer.content.decode()

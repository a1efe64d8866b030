"""The pages of errors (R73): in Albanian, with the contact centre's number and a reference; never broken themselves."""

import logging
from collections.abc import Callable

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal
from bkt_portal import errors, views

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


@pytest.mark.parametrize(
    ("view", "status"), [(errors.conflict, 409), (errors.too_many, 429), (errors.unavailable, 503)]
)
def test_a_conflict_a_flood_and_an_outage_have_their_pages(
    view: Callable[[HttpRequest], HttpResponse], status: int
) -> None:
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
        answer = errors.broken(request)

    assert answer.status_code == 500
    assert "ABCD2345" in answer.content.decode()
    assert [record.reference for record in caplog.records] == ["ABCD2345"]  # type: ignore[attr-defined]  # our own extra


def test_when_even_the_page_of_500_breaks_plain_words_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError

    monkeypatch.setattr("django.template.loader.get_template", fail)
    request = RequestFactory().get("/")
    request.META["portal.reference"] = "ABCD2345"

    answer = errors.broken(request)

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


# --- The database does not answer, or a verb says no -----------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("outage", [OperationalError, InterfaceError])
def test_an_outage_of_the_database_is_told_as_one(
    outage: type[Exception], client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(at: object) -> None:
        raise outage

    monkeypatch.setattr(views, "bank_day", fail)

    with caplog.at_level(logging.ERROR):
        answer = client.get(reverse("home"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer.wsgi_request.META["portal.reference"] in answer.content.decode()
    assert PHONE in answer.content.decode()
    assert any(getattr(record, "reference", "") for record in caplog.records)


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize("state", ["55P03", "40P01", "57014", "40001"])
def test_locks_deadlocks_and_slow_statements_are_outages_too(
    state: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(at: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")

    monkeypatch.setattr(views, "bank_day", fail)

    assert client.get(reverse("home")).status_code == 503


@pytest.mark.django_db
def test_an_outage_met_before_any_page_is_told_as_one(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object) -> None:
        raise OperationalError

    visitor.cookies["portal"] = "a" * 32
    monkeypatch.setattr(SessionStore, "load", fail)

    answer = visitor.get(reverse("home"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer["Cache-Control"] == "no-store"
    assert PHONE in answer.content.decode()


@pytest.mark.django_db
def test_a_refusal_that_no_view_answers_says_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class TooLateToday(Refusal):
        sentence = _("Sot është vonë për %(what)s. Provoni nesër.")

    def refuse(at: object) -> None:
        raise TooLateToday(what="<b>këtë</b>")

    monkeypatch.setattr(views, "bank_day", refuse)

    answer = client.get(reverse("home"))

    assert answer.status_code == 409
    assert "Sot është vonë për &lt;b&gt;këtë&lt;/b&gt;. Provoni nesër." in answer.content.decode()
    assert PHONE in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("sq", "Gabimi 405"), ("en", '<html lang="en"')])
def test_an_address_of_a_form_opened_like_a_page_explains_itself(client: Client, language: str, words: str) -> None:
    client.cookies["language"] = language

    answer = client.get(reverse("language"))

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert words in answer.content.decode()
    assert PHONE in answer.content.decode()
    assert answer.wsgi_request.META["portal.reference"] in answer.content.decode()
    assert int(answer["Content-Length"]) == len(answer.content)

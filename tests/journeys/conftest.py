"""The stage of the journeys: one running portal and one Chromium a process, a new bank and new browsers every test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, sync_playwright
from pytest_django import Settings

from accounts.models import User
from tests import browser as browsers, builders
from tests.bank_database import BankDatabase
from tests.journeys.visitor import Visitor
from tests.portal import Portal

QUEUES = 16
Open = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = browsers.find()
    assert path, "the journeys need a Chromium: install the package chromium, or set CHROMIUM"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread; Django would take every query for one inside a coroutine.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_portal(bank_database: BankDatabase) -> Iterator[Portal]:
    """The programs, started once a process."""
    directory = Path(tempfile.mkdtemp(prefix="portal-journeys-"))
    queue, _slash, number = os.environ["REDIS_URL"].rpartition("/")
    portal = Portal(bank_database, directory, queue_url=f"{queue}/{QUEUES - 1 - int(number)}")
    bank_database.renew()
    try:
        portal.open()
        yield portal
    finally:
        portal.close()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def portal(open_portal: Portal, fresh_bank: BankDatabase, settings: Settings) -> Portal:
    """The running portal with nobody in its books yet; by the bank's clock, Friday 20 November 2026, 10:00."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # as the programs check them
    open_portal.set_clock(builders.AT)
    return open_portal


@pytest.fixture
def open_browser(portal: Portal, chromium: Browser) -> Iterator[Open]:
    """Open a browser context for a user; what its console complained of fails the test at the end."""
    complaints: list[str] = []
    contexts = []

    def open_for(user: User, **options: Any) -> Visitor:
        context = chromium.new_context(base_url=portal.url, locale="en-US", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.on("console", lambda message: complaints.extend(_complaint(message)))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return Visitor(portal, context, context.new_page(), user)

    yield open_for
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture
def sole_user(portal: Portal) -> User:
    """Who prepares and signs alone; 100.000,00 ALL on the one account of her company."""
    company = builders.company(other_signers=0)
    builders.funded(company, 10_000_000)
    return builders.user(company, prepares=True, signs=True)


@pytest.fixture
def sole(open_browser: Open, sole_user: User) -> Visitor:
    """The same, signed in."""
    return open_browser(sole_user).sign_in()


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors and warnings; that a page answered 403, 404, 409 or 422 is the page's own matter."""
    is_status_of_page = message.text.startswith("Failed to load resource") and "/static/" not in str(message.location)
    if message.type not in {"error", "warning"} or is_status_of_page:
        return []
    return [f"{message.text} at {message.location}"]

"""No dead end: every link of every page leads to a page that answers, and to the very place that it names."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.bkt_portal.test_queries import Stage

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
# A list leads on to its next page and its filters without an end: of one kind of address so many are opened.
ALIKE_MAX = 3


class Anchors(HTMLParser):
    """Where a page leads to, and the places in it that a link can name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.places.add(facts.get("id") or "")
        if tag == "a" and facts.get("href"):
            self.links.append(facts["href"] or "")


def page_of(answer: Any) -> str:
    """Its HTML; nothing of a file, which leads nowhere and may not even lie in memory."""
    return str(answer.content.decode()) if answer["Content-Type"].startswith("text/html") else ""


class Walk:
    """One browser, from page to page by the links alone; `dead` tells what it found, `seen` which pages it opened."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self.dead: list[str] = []
        self.seen: dict[str, set[str]] = {}
        self._alike: Counter[tuple[str, frozenset[str]]] = Counter()
        self._wanted: deque[tuple[str, str, str]] = deque()

    def on(self, addresses: Iterable[str]) -> "Walk":
        """Open these, which may turn the visitor away, and then everything that they lead to, which may not."""
        for address in addresses:
            answer = self.browser.get(address)
            if answer.status_code == 200:
                self._read(address, page_of(answer))
        while self._wanted:
            self._follow(*self._wanted.popleft())
        return self

    def _follow(self, page: str, address: str, place: str) -> None:
        if address not in self.seen and self._is_one_too_many(address):
            return
        if address not in self.seen:
            answer = self.browser.get(address, follow=True)
            if answer.status_code != 200:
                self.dead.append(f"{page} leads to {address}, which answers {answer.status_code}")
            self._read(address, page_of(answer))
        if place and place not in self.seen[address]:
            self.dead.append(f"{page} leads to {address}#{place}, and no such place is there")

    def _is_one_too_many(self, address: str) -> bool:
        parts = urlsplit(address)
        kind = parts.path, frozenset(parse_qs(parts.query))
        self._alike[kind] += 1
        return self._alike[kind] > ALIKE_MAX

    def _read(self, address: str, page: str) -> None:
        anchors = Anchors(page)
        self.seen[address] = anchors.places
        for link in anchors.links:
            target, place = urldefrag(urljoin(SITE + address, link))
            if target.startswith(f"{SITE}/"):
                self._wanted.append((address, target.removeprefix(SITE), place))


def test_no_link_before_the_door_is_dead(client: Client) -> None:
    walk = Walk(client).on(["/", "/nothing/"])

    assert walk.dead == []
    assert len(walk.seen) >= 15, sorted(walk.seen)


def test_no_link_behind_the_door_is_dead(signed_in: Callable[[User], Client]) -> None:
    stage = Stage(signed_in)
    stage.browser.post(reverse("complaints:contact"), {"subject": "Fatura", "message": "Ku e gjej?"})

    walk = Walk(stage.browser).on(address for _name, address in stage.pages())

    assert walk.dead == []
    assert len(walk.seen) >= 60, sorted(walk.seen)


def test_the_landing_page_leads_to_the_two_places_of_whoever_is_in_danger(client: Client) -> None:
    contact = reverse("complaints:contact")

    links = Anchors(client.get("/").content.decode()).links

    assert {f"{contact}#unexpected-code", f"{contact}#lost-phone"} <= set(links)


def test_a_place_that_is_missing_would_be_seen(client: Client) -> None:
    walk = Walk(client)
    walk.seen["/contact/"] = {"phone"}

    walk._follow("/", "/contact/", "lost-phone")

    assert walk.dead == ["/ leads to /contact/#lost-phone, and no such place is there"]


def test_an_address_that_does_not_answer_would_be_seen(client: Client) -> None:
    walk = Walk(client)

    walk._follow("/", "/nothing/", "")

    assert walk.dead == ["/ leads to /nothing/, which answers 404"]

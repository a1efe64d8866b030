"""`manage.py manual_pictures`: the pictures of the manual, taken from a running demo, so that they never go stale."""

import base64
import json
import os
import re
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.identifiers import make_albanian_iban
from bkt_portal import help_texts
from bkt_portal.demo_cast import SUPPLIERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTH, HEIGHT, SCALE = 960, 640, 1.25
QUALITY: Final = 0.72
PATIENCE: Final = 15.0  # seconds that an SMS may take
REST: Final = 0.5  # between two looks
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CODE: Final = re.compile(r"FNP (\d{6})")
# Chromium can write what Playwright cannot: a picture a quarter as heavy.
TO_WEBP: Final = """async ([png, quality]) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({type: 'image/webp', quality});
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}"""


class Command(BaseCommand):
    help = "Takes the pictures of the manual from a running demo, in both languages, into static/help/."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://localhost:8000", help="where the demo is open")
        parser.add_argument("--to", type=Path, default=help_texts.PICTURES, help="where the pictures are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        demo = Demo(url=options["url"], directory=Path(settings.PORTAL_DIR))
        with chromium() as browser:
            for language, _name in settings.LANGUAGES:
                folder = options["to"] / language
                folder.mkdir(parents=True, exist_ok=True)
                for name, picture in shots(browser, demo, language):
                    (folder / f"{name}.webp").write_bytes(picture)
                    self.stdout.write(f"{folder / name}.webp: {len(picture):,} bytes")


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: who plays in it, and the SMS that it sends."""

    url: str
    directory: Path

    def player(self, role: str, company: str) -> dict[str, str]:
        cast = self.directory / "demo.json"
        if not cast.exists():
            raise CommandError(f"There is no {cast}: start the demo with `make demo`.")
        people: list[dict[str, str]] = json.loads(cast.read_text(encoding="utf-8"))["people"]
        return next(one for one in people if one["role"] == role and one["company"].startswith(company))

    def codes(self, phone: str) -> list[str]:
        """Every FNP that this phone has got."""
        file = self.directory / "sms.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        bodies = [sms["body"] for sms in map(json.loads, lines) if sms["to"] == phone]
        return [found[1] for body in bodies if (found := CODE.search(body))]


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at one page after the other, in one language."""

    demo: Demo
    page: "Page"
    player: dict[str, str]

    def go(self, path: str) -> None:
        answer = self.page.goto(self.demo.url + path)
        if answer is None or answer.status != 200:
            raise CommandError(f"{path} did not answer as a page of the demo does.")

    def send(self, **typed: str) -> None:
        """Fill in the form of the page by the names of its fields, and send it."""
        for name, value in typed.items():
            self.page.fill(f"main [name={name}]", value)
        self.page.click("main form:has([name]) button.primary")

    def come_to_the_code(self) -> str:
        """The first two steps of the sign-in; the FNP for the third."""
        self.go("/login/")
        self.send(customer_number=self.player["customer_number"], nipt=self.player["nipt"])
        with self.awaited_code() as code:
            self.send(password=self.player["password"])
            self.page.wait_for_url("**/login/code/")
        return code[0]

    def sign_in(self) -> "Visit":
        self.send(code=self.come_to_the_code())
        self.page.wait_for_url(self.demo.url + "/")
        return self

    def picture(self) -> bytes:
        """The page from its content on, without head and foot."""
        box = self.page.locator("main").bounding_box()
        assert box is not None, "every page has its content"
        clip: Any = {"x": 0, "y": box["y"], "width": WIDTH, "height": HEIGHT}
        png = base64.b64encode(self.page.screenshot(clip=clip, full_page=True, animations="disabled")).decode()
        blank = self.page.context.new_page()
        try:
            return base64.b64decode(blank.evaluate(TO_WEBP, [png, QUALITY]))
        finally:
            blank.close()

    @contextmanager
    def awaited_code(self) -> Iterator[list[str]]:
        """What is done inside makes the portal send an FNP; afterwards the list holds it, and the page says so."""
        codes: list[str] = []
        known = len(self.demo.codes(self.player["phone"]))
        yield codes
        codes.append(self._code_after(known))
        time.sleep(REST)
        self.page.reload()

    def _code_after(self, known: int) -> str:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            codes = self.demo.codes(self.player["phone"])
            if len(codes) > known:
                return codes[-1]
            time.sleep(REST)
        raise CommandError("No FNP came. Does the demo's worker run, and is PORTAL_DIR the demo's own?")


Shot = tuple[str, Callable[[Visit], object]]


def _activity(visit: Visit) -> None:
    visit.go("/accounts/")
    visit.page.locator("main a[href$='/activity/']").first.click()


def _statement(visit: Visit) -> None:
    visit.go("/accounts/")
    visit.page.locator("main a[href$='/statements/']").first.click()


def _order(visit: Visit) -> None:
    visit.go("/payments/?status=executed")
    visit.page.locator("main tbody a, main .decide a").first.click()


def _review(visit: Visit) -> None:
    payee = SUPPLIERS[0]
    visit.go("/payments/new/domestic/")
    visit.send(
        beneficiary_name=payee.name,
        beneficiary_iban=make_albanian_iban(payee.bank_code, payee.branch, payee.account_part),
        amount="48.500,00",
        description="Fatura 2026/1152",
    )
    visit.page.wait_for_url("**/review/")


def _sign(visit: Visit) -> None:
    for warning in visit.page.locator("main form input[type=checkbox]").all():
        warning.check()  # that the same was prepared for the other language's pictures
    with visit.awaited_code():
        visit.page.click("main form[action$='/review/'] button.primary")
        visit.page.wait_for_url("**/sign/")


# In this order: the order of the review is the one that is about to be signed.
BEFORE_THE_DOOR: Final[tuple[Shot, ...]] = (
    ("lost-phone", lambda visit: visit.go("/security/freeze/")),
    ("sign-in", lambda visit: visit.go("/login/")),
    ("no-code", lambda visit: visit.come_to_the_code()),
)
ALONE: Final[tuple[Shot, ...]] = (
    ("first-page", lambda visit: visit.go("/")),
    ("accounts", lambda visit: visit.go("/accounts/")),
    ("activity", _activity),
    ("statements", _statement),
    ("domestic", lambda visit: visit.go("/payments/new/domestic/")),
    ("orders", _order),
    ("beneficiaries", lambda visit: visit.go("/payments/beneficiaries/")),
    ("standing-orders", lambda visit: visit.go("/payments/standing/new/domestic/")),
    ("personalisation", lambda visit: visit.go("/personalisation/")),
    ("review", _review),
    ("signing", _sign),
)
TOGETHER: Final[tuple[Shot, ...]] = (("approvals", lambda visit: visit.go("/payments/approvals/")),)
NAMES: Final = frozenset(name for name, _way in (*BEFORE_THE_DOOR, *ALONE, *TOGETHER))


def shots(browser: "Browser", demo: Demo, language: str) -> Iterator[tuple[str, bytes]]:
    """Each picture by its name, as whoever plays it sees it."""
    sole, signer = demo.player("sole", "ALFA"), demo.player("signer", "DRINI")
    for player, is_inside, ways in ((signer, False, BEFORE_THE_DOOR), (sole, True, ALONE), (signer, True, TOGETHER)):
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE, color_scheme="light"
        )
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": demo.url}])
        visit = Visit(demo, context.new_page(), player)
        if is_inside:
            visit.sign_in()
        for name, way in ways:
            way(visit)
            visit.page.wait_for_load_state("networkidle")
            yield name, visit.picture()
        context.close()


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A browser. Playwright is no part of production: a sentence where it is not installed."""
    try:
        start = import_module("playwright.sync_api").sync_playwright
    except ModuleNotFoundError:
        raise CommandError("The pictures need Playwright: install the development tools with `uv sync`.") from None
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with start() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()

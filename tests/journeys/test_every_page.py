"""Every page that a customer reaches: readable by everybody, on every width, by day and by night, and light to load.

axe-core looks at WCAG 2.2 A and AA and at its own best practices; the console and the content policy are watched by
`open_browser` in every journey.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts import banners, clock
from accounts.models import Banner, User
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor, tirana
from tests.portal import until

WIDTHS = (360, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROWEST = 320
FIRST_VIEW_MAX_BYTES = 100_000
LONG_NAME = "SHOQËRIA E NDËRTIMIT DHE TREGTISË SË MATERIALEVE BETA INTERNACIONAL SHPK"[:70]

axe = Axe()


def test_the_pages_before_the_door(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user)
    for path in ("/", "/login/", "/nothing/"):
        visitor.go(path)
        look_at(visitor)

    visitor.identify(customer_number="12", nipt="x")
    look_at(visitor)
    visitor.identify()
    look_at(visitor)
    visitor.give_password("")
    look_at(visitor)
    visitor.give_password()
    look_at(visitor)
    wrong = other_than(visitor.next_code())
    for _time in range(5):
        visitor.type_code(wrong, button="Hyr")
    expect(visitor.heading).to_have_text("Hyrja juaj është bllokuar")
    look_at(visitor)


def test_the_pages_of_help_with_banners_above_them(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user)
    for severity in Banner.Severity:
        stand(severity)
    pages = ("", "manual/", "security/", "faq/", "browsers/", "branch/", "new/", "tariffs/")

    for page in pages:
        visitor.go(f"/help/{page}")
        look_at(visitor)
    visitor.sign_in()
    for path in ("/help/manual/", "/help/tariffs/", "/"):
        visitor.go(path)
        look_at(visitor)


def test_the_pages_of_an_empty_company(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(builders.user(builders.company(), prepares=True, signs=True)).sign_in()

    for path in ("/", "/accounts/", "/payments/", "/payments/approvals/", "/payments/new/domestic/"):
        visitor.go(path)
        look_at(visitor)


def test_the_pages_of_a_payment(sole: Visitor) -> None:
    sole.fill_transfer(amount="1.000", iban="AL47", description="")
    look_at(sole)
    sole.press("Vazhdo te kontrolli")
    look_at(sole)
    order = sole.prepare(amount="1.234,50", name=LONG_NAME, description="F" * 140)
    look_at(sole)
    code = sole.next_code_for(order)
    look_at(sole)
    sole.type_signature(other_than(code))
    expect(sole.page.get_by_role("alert")).to_be_visible()
    look_at(sole)
    sole.type_signature(code)

    sole.see_status(order, "executed")
    account = sole.account.uuid
    pages = ["/", f"/payments/{order.pk}/", f"/payments/{order.pk}/review/", "/payments/", "/payments/?status=executed"]
    pages += [
        "/accounts/",
        f"/accounts/{account}/",
        f"/accounts/{account}/iban/",
        f"/accounts/{account}/months/",
        f"/accounts/{account}/activity/",
        f"/accounts/{account}/activity/?q=xyz&from=9.9.26",
    ]
    pages += [f"/accounts/{account}/statements/", f"/accounts/{account}/statements/?from=1.1.2020&to=x"]
    pages += ["/payments/beneficiaries/", "/payments/beneficiaries/new/", f"/payments/{order.pk}/template/"]
    for path in (*pages, "/payments/templates/", "/personalisation/", "/contact/"):
        sole.go(path)
        look_at(sole)


def test_the_pages_of_waiting_orders(open_browser: Open, sole_user: User) -> None:
    company = builders.company(other_signers=2)
    account = builders.funded(company, 10_000_000)
    preparer = builders.mandate_of(builders.user(company, prepares=True, signs=True))
    orders = [builders.submitted(preparer, account, beneficiary_name=LONG_NAME) for _each in range(2)]
    signer = open_browser(builders.user(company, signs=True)).sign_in()
    own = open_browser(preparer.user).sign_in()
    signer.portal.set_clock(tirana("2026-11-20 14:30:00"))

    for visitor in (signer, own):
        for path in ("/", "/payments/approvals/", f"/payments/{orders[0].pk}/", f"/payments/{orders[0].pk}/review/"):
            visitor.go(path)
            look_at(visitor)
    signer.sign(orders[0])
    look_at(signer)


def test_the_first_view_is_light_to_load(sole: Visitor, open_browser: Open) -> None:
    empty_cache = open_browser(sole.user, storage_state=sole.context.storage_state())

    with transferred(empty_cache.page) as sizes:
        empty_cache.page.goto(f"{sole.portal.url}/", wait_until="networkidle")

    expect(empty_cache.heading).to_have_text("Mirëdita, Elira.")
    assert sum(sizes) < FIRST_VIEW_MAX_BYTES, f"{sum(sizes)} bytes in {len(sizes)} answers"


def stand(severity: Banner.Severity) -> None:
    """A banner above every page for the next hour, as long as one may be."""
    at = clock.machine()
    banners.place(
        kind="incident",
        severity=severity,
        audience="everybody",
        text_sq="Gjendja e mesazheve me kode vonohet. " * 6,
        text_en="Messages with codes are late.",
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        actor=builders.STAFF,
        at=at,
    )


def look_at(visitor: Visitor) -> None:
    """The page as it stands: axe on each width in each colour scheme, and nothing to scroll sideways for."""
    page = visitor.page
    expect(page.locator("main")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            # A colour caught between two schemes is nobody's reading.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            until(lambda: page.evaluate("document.getAnimations().length === 0"))
            found = axe.run(page)
            assert not found.violations_count, f"{page.url} {width} px, {scheme}: {told(found.response['violations'])}"
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    wider_by = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider_by <= 0, f"{page.url} is {wider_by} px too wide at {NARROWEST} px"
    page.set_viewport_size({"width": WIDTHS[-1], "height": 900})


def told(violations: list[dict[str, object]]) -> list[object]:
    """What axe found, short enough to read."""
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in violations]  # type: ignore[attr-defined]


@contextmanager
def transferred(page: Page) -> Iterator[list[int]]:
    """How many bytes each answer took on the wire, headers included."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    session.send("Network.enable")
    yield sizes
    session.detach()


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"

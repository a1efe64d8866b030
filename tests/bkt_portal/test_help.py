"""The help: one text in two languages, open to everybody, about screens that exist."""

import io
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import polib
import pypdf
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bkt_portal import help, help_anchors, help_prices, help_texts, urls, words
from bkt_portal.management.commands import manual_pictures
from payments.models import Tariff
from tests import builders
from tests.bkt_portal.test_queries import Stage, _routes
from tests.builders import AT
from tests.house.sources import ROOT
from tests.house.test_words import BARE, FILLED_IN, LEFT_IN_ENGLISH, NAMES

SignIn = Callable[[User], Client]
NAMES_OF_TEXTS = sorted(path.stem for path in (help_texts.ROOT / "sq").glob("*.toml"))
LANGUAGES = [language for language, _name in settings.LANGUAGES]
PAGES = ["help", "help_manual", "help_security", "help_faq", "help_browsers", "help_branch", "help_new", "help_tariffs"]
PICTURES_MAX_BYTES = 1_500_000

each_text = pytest.mark.parametrize("name", NAMES_OF_TEXTS)


class Anything(dict[str, str]):
    """Facts for whoever only looks at the text around them."""

    def __missing__(self, name: str) -> str:
        return f"9{name}"


def read(name: str, language: str) -> help_texts.Text:
    return help_texts.read(name, language, Anything())


def sentences(value: Any) -> Iterator[str]:
    """Every text in a file, headings and picture texts too; neither anchors nor names of pages."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from sentences(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "links":
                yield from (label for _page, label in one)
            elif key not in {"anchor", "picture"}:
                yield from sentences(one)


def raw(name: str, language: str) -> dict[str, Any]:
    return tomllib.loads((help_texts.ROOT / language / f"{name}.toml").read_text(encoding="utf-8"))


# --- One text in two languages ----------------------------------------------------------------------------------------


@each_text
def test_both_languages_have_the_same_sections_pictures_links_and_facts(name: str) -> None:
    def shape(language: str) -> list[tuple[Any, ...]]:
        return [
            (
                section.anchor,
                section.picture,
                [page for page, _label in section.links],
                *(len(part) for part in (section.text, section.steps, section.points, section.sections)),
                bool(section.note),
            )
            for section in read(name, language).walk()
        ]

    def facts(language: str) -> list[str]:
        return sorted(re.findall(r"\{(\w+)\}", "\n".join(sentences(raw(name, language)))))

    assert shape("sq") == shape("en")
    assert facts("sq") == facts("en")
    assert read(name, "sq").reviewed_on == read(name, "en").reviewed_on


@each_text
def test_no_two_sections_of_a_text_share_an_anchor(name: str) -> None:
    anchors = [section.anchor for section in read(name, "sq").walk()]

    assert len(anchors) == len(set(anchors))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", anchor) for anchor in anchors)


@pytest.mark.django_db
@each_text
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_and_every_link_of_a_text_is_there(name: str, language: str) -> None:
    text = help_texts.read(name, language, help.facts(AT))

    assert all(reverse(page) for section in text.walk() for page, _label in section.links)


@each_text
def test_the_albanian_text_has_its_letters_and_no_english(name: str) -> None:
    said = [NAMES.sub(" ", FILLED_IN.sub(" ", sentence)) for sentence in sentences(raw(name, "sq"))]

    assert [sentence for sentence in said if BARE.search(sentence) or LEFT_IN_ENGLISH.search(sentence)] == []


@each_text
def test_what_a_text_puts_in_quotes_is_written_so_on_a_screen(name: str) -> None:
    screens = {text for _context, text in words.collect(ROOT)}
    english = polib.pofile(str(ROOT / "bkt_portal" / "locale" / "en" / "LC_MESSAGES" / "django.po"))
    translated = {entry.msgid: entry.msgstr for entry in english}
    quoted = [re.findall("“([^”]+)”", "\n".join(sentences(raw(name, language)))) for language in LANGUAGES]

    assert set(quoted[0]) <= screens
    assert [translated.get(label, label) for label in quoted[0]] == quoted[1]


# --- The pages --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_help_answers_everybody_in_both_languages(page: str, language: str, signed_in: SignIn) -> None:
    customer = signed_in(builders.user(builders.company("ALFA SHPK")))

    for browser, is_signed_in in ((Client(), False), (customer, True)):
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = browser.get(reverse(page))
        shown = answer.content.decode()
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in shown
        assert ("ALFA SHPK" in shown) == is_signed_in


@pytest.mark.django_db
def test_the_guidance_says_when_somebody_last_read_it(client: Client) -> None:
    page = client.get(reverse("help_security"))

    assert "Rishikuar më 23.11.2026" in page.content.decode()


@pytest.mark.django_db
def test_a_text_shows_the_facts_of_the_bank(client: Client) -> None:
    page = client.get(reverse("help_faq")).content.decode()

    assert settings.BANK["phone_display"] in page
    assert "deri në orën 14:00" in page
    assert "{" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manual_can_be_taken_along(client: Client, language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    answer = client.get(reverse("help_manual_pdf"))

    paper = pypdf.PdfReader(io.BytesIO(answer.content))
    said = "\n".join(page.extract_text() for page in paper.pages)
    titles = [section.title for section in read("manual", language).walk()]
    assert answer["Content-Type"] == "application/pdf"
    assert [title for title in titles if title not in said.replace("\n", " ")] == []
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]


# --- Prices -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_registering_and_a_month_cost_nothing(client: Client) -> None:
    page = client.get(reverse("help_tariffs")).content.decode()

    assert page.count("0 Lek") >= 2


@pytest.mark.django_db
def test_a_price_is_the_one_that_is_charged() -> None:
    today = AT.date()
    Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=123_00, valid_from=today)

    domestic = help_prices.price_list(on=today)[0]

    assert str(domestic.kind) == "Brenda vendit"
    assert [(line.amounts, line.fee) for line in domestic.lines if "EUR" not in line.fee] == [
        ("çdo shumë në ALL", "123,00 ALL")
    ]


@pytest.mark.django_db
def test_the_bands_of_a_price_join_without_a_gap() -> None:
    today = AT.date()
    for up_to, fee in ((40_000_00, 0), (None, 50_00)):
        Tariff.objects.create(kind="urgent", currency="ALL", up_to_minor=up_to, fixed_minor=fee, valid_from=today)

    urgent = help_prices.price_list(on=today)[1]

    assert [(line.amounts, line.fee) for line in urgent.lines[:2]] == [
        ("deri në 40.000,00 ALL", "0,00 ALL"),
        ("mbi 40.000,00 ALL", "50,00 ALL"),
    ]


@pytest.mark.parametrize(
    ("band", "fee"),
    [
        (Tariff(currency="ALL", fixed_minor=0), "0,00 ALL"),
        (Tariff(currency="EUR", rate_ppm=1500, min_minor=5_00, max_minor=50_00), "0,15% e shumës, të paktën 5,00 EUR"),
        (Tariff(currency="ALL", fixed_minor=100_00, rate_ppm=10_000), "100,00 ALL + 1% e shumës"),
    ],
)
def test_a_fee_is_said_in_words(band: Tariff, fee: str) -> None:
    assert help_prices._fee(band).startswith(fee)


# --- From a page to its section ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_deep_link_has_its_section(language: str) -> None:
    sections = {section.anchor for section in read("manual", language).walk()}

    assert {*help_anchors.OF_PAGE.values(), *help_anchors.OF_ROOM.values(), help_anchors.BEFORE_THE_DOOR} <= sections


def test_every_page_that_a_deep_link_names_exists() -> None:
    assert help_anchors.OF_PAGE.keys() <= {name for name, _pattern in _routes(urls.urlpatterns)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "anchor"),
    [("home", "first-page"), ("payments:new_domestic", "domestic"), ("statements:accounts", "accounts")],
)
def test_a_page_leads_to_its_section_of_the_manual(page: str, anchor: str, signed_in: SignIn) -> None:
    browser = signed_in(builders.user(builders.company(), prepares=True, signs=True))

    shown = browser.get(reverse(page)).content.decode()

    assert f'href="{reverse("help_manual")}#{anchor}"' in shown


@pytest.mark.django_db
def test_every_page_behind_the_door_leads_to_its_section(signed_in: SignIn) -> None:
    stage = Stage(signed_in)
    pages = {address for name, address in stage.pages() if not name.startswith("help")}
    shown = {address: stage.browser.get(address) for address in pages}
    found = {at: one.content.decode() for at, one in shown.items() if one.status_code == 200 and not one.streaming}

    without = [at for at, page in found.items() if "<html" in page and 'class="page-help' not in page]

    assert without == []
    assert len(found) >= 25, sorted(found)


@pytest.mark.django_db
def test_the_landing_page_leads_to_who_may_register(client: Client) -> None:
    assert f'href="{reverse("help_manual")}#who-may"' in client.get(reverse("home")).content.decode()


@pytest.mark.django_db
def test_a_page_of_an_error_and_the_help_itself_lead_to_no_section(client: Client) -> None:
    for address in ("/nothing/", reverse("help_manual")):
        assert "page-help" not in client.get(address).content.decode()


# --- Pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_of_the_manual_is_taken_and_every_one_taken_is_shown(language: str) -> None:
    wanted = {section.picture for section in read("manual", language).walk()} - {""}

    assert wanted == manual_pictures.NAMES
    assert wanted == {path.stem for path in (help_texts.PICTURES / language).iterdir()}


def test_every_picture_says_what_it_shows() -> None:
    shown = [section for language in LANGUAGES for section in read("manual", language).walk() if section.picture]

    assert all(section.alt for section in shown)


def test_the_pictures_are_light() -> None:
    assert sum(path.stat().st_size for path in help_texts.PICTURES.rglob("*.webp")) < PICTURES_MAX_BYTES

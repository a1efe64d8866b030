"""What the CSV looks at first must find whatever its patterns would; what is offered on the page must be had there."""

import re

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, strategies as st
from pytest_django import Settings

from accounts.models import BankAccount
from accounts.sheets import EXCEL_SQ, SPLIT, guarded
from statements.exports import mt940, pdf
from statements.exports.csv import SUSPECT
from statements.exports.history import CONTROLS
from statements.periods import Period
from statements.views.offers import WORDS, offers
from tests import builders
from tests.statements.exports.reading import CODES, NOVEMBER

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
DAYS = st.from_regex(EXCEL_SQ.risky, fullmatch=False).map(lambda text: text.replace("\x00", ""))


def is_suspect(text: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text ~ %s", [text, SUSPECT])
        return bool(cursor.fetchone()[0])


@given(TEXTS | DAYS)
def test_whatever_would_be_guarded_is_suspect(text: str) -> None:
    clean = re.sub(CONTROLS, " ", text)

    changes = clean != text or guarded(clean, EXCEL_SQ.risky) != clean or re.search(SPLIT, clean) is not None
    assert not changes or is_suspect(text)


@pytest.mark.parametrize(
    "text", ["Maj 12", "nëntor 2026", "7", "\u00a0=1", "a;=1", "a,+1x", "x\x07", "", "SEP 1, 2026"]
)
def test_what_looks_like_a_day_a_figure_or_a_formula_is_suspect(text: str) -> None:
    assert is_suspect(text) == bool(text)


@pytest.mark.parametrize("text", ["BETA NDËRTIM SHPK", "Fatura 2026/1147 kafe", "DI26110000000001", "Çmimi për 5 kg"])
def test_what_most_lines_say_is_not(text: str) -> None:
    assert not is_suspect(text)


def test_every_format_has_its_words() -> None:
    assert set(WORDS) == set(CODES)


def test_what_would_be_refused_is_told_and_has_no_address(settings: Settings) -> None:
    account = builders.account(builders.company())

    few, many = (offers(account, NOVEMBER, lines=lines) for lines in (10, mt940.LINES_MAX + 1))
    none = offers(account, NOVEMBER, lines=settings.EXPORTS["lines_max"] + 1)

    assert all(offer.url and not offer.reason for offer in few)
    assert [str(offer.label) for offer in many if not offer.url] == ["PDF", "MT940"]
    assert str(pdf.VOLUMES_MAX * pdf.LINES_A_VOLUME) in str(many[0].reason)
    assert not any(offer.url for offer in none)


def test_the_page_offers_what_it_cannot_show(signed_in, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.EXPORTS = settings.EXPORTS | {"lines_at_once": 1}
    account: BankAccount = builders.funded(builders.company(), 1_000_00)
    builders.credit(account, 1_00)
    monkeypatch.setitem(__import__("statements.selectors").selectors.statement.__kwdefaults__, "lines_max", 1)
    browser: Client = signed_in(builders.user(account.company))

    page = browser.get(f"/accounts/{account.uuid}/statements/?from=01.11.2026&to=20.11.2026")

    assert (page.context["offered"], page.context["offered_lines"]) == (Period(NOVEMBER.first, NOVEMBER.last), 2)
    assert "skedarët, përveç PDF-së, përgatiten pa ju mbajtur" in page.content.decode()

"""Albanian with its letters, English nowhere on an Albanian screen, and no page that congratulates itself."""

import ast
import re
from functools import cache

import polib
import pytest

from bkt_portal import words
from tests.house.sources import ROOT, modules, shown, tree

ENGLISH = ROOT / "bkt_portal" / "locale" / "en" / "LC_MESSAGES" / "django.po"
ALBANIAN = ROOT / "bkt_portal" / "locale" / "sq" / "LC_MESSAGES" / "django.po"
FILLED_IN = re.compile(r"%\(\w+\)[-\d.]*[a-z]|\{\w*\}|https?://\S+|\S+@\S+")
# Stems that are no Albanian without ë or ç.
BARE = re.compile(
    r"\b(nje|njera|eshte|jane|qe|per|perse|diten|ditet|oren|kete|keto|kesaj|ceshtje\w*|cfare|cdo|cast\w*|mbylljes|"
    r"llogarise|llogarine|shume|shumen|shumes|leke|lekeve|kompanise|kompanine|bankes|banken|pageses|pagesen|"
    r"fjalekalim\w*|nenshkr\w*|pergatit\w*|perseri|perfitues\w*|pershkrim\w*|perdor\w*|perpara|perfund\w*|dergo\w*|"
    r"derguar|kerko\w*|kerkes\w*|vertet\w*|gjithcka|asgje|dicka|menyr\w*|rezervuare|regjistruare|dhenat|tjeter)\b",
    re.I,
)
LEFT_IN_ENGLISH = re.compile(
    r"\b(the|and|your|you|please|with|error|password|account|accounts|payment|payments|sign|order|orders|login|logout|"
    r"submit|cancel|amount|success\w*|invalid|required|field|must|cannot|not|this|that|settings|user|date|from)\b",
    re.I,
)
# Names that are the same in both languages.
NAMES = re.compile(r"Contact Center|WhatsApp|e-mail|online|SMS|PIN|IBAN|SHA-256", re.I)


@cache
def _sentences() -> list[str]:
    found = words.collect(ROOT).values()
    texts = [text for sentence in found for text in (sentence.text, sentence.plural) if text]
    return texts + [entry.msgstr for entry in polib.pofile(str(ALBANIAN)) if entry.msgstr]


def _bare(text: str) -> str:
    return NAMES.sub(" ", FILLED_IN.sub(" ", text))


def test_albanian_is_written_with_its_letters() -> None:
    assert [text for text in _sentences() if BARE.search(_bare(text))] == []


def test_no_english_is_left_on_an_albanian_screen() -> None:
    assert [text for text in _sentences() if LEFT_IN_ENGLISH.search(_bare(text))] == []


def test_sentences_are_marked_by_names_that_are_collected() -> None:
    """Under any other name, as of `gettext_lazy as _lazy`, a sentence would stay Albanian on every English screen."""
    unknown = [
        f"{shown(path, node)}: {name.asname}"
        for path in modules().values()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name and (name.asname or name.name) not in words.KEYWORDS
    ]

    assert unknown == []


def test_no_page_congratulates_itself() -> None:
    english = [entry.msgstr for entry in polib.pofile(str(ENGLISH))] if ENGLISH.exists() else []

    assert [text for text in [*_sentences(), *english] if re.search(r"\bme sukses\b|\bsuccess", text, re.I)] == []


def test_the_portal_says_ju() -> None:
    familiar = re.compile(r"\b(ti|ty|yt|jote|shkruaj|provo|prit|kontrollo|zgjidh|telefono ne)\b", re.I)

    assert [text for text in _sentences() if len(text.split()) > 3 and familiar.search(_bare(text))] == []


@pytest.mark.parametrize("wrong", ["Shkruani nje shume.", "Kjo dite nuk eshte pune", "Te dhenat e llogarise", "Dergo"])
def test_a_sentence_without_its_letters_would_be_seen(wrong: str) -> None:
    assert BARE.search(wrong)

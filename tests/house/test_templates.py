"""What every template keeps: the page's security policy, its words for those who do not see it, and its name."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.urls import URLPattern

from tests.house.sources import ROOT, TEMPLATES, templates

COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.S | re.I)
TAG = re.compile(r"<[a-z][^>]*>", re.S | re.I)
ELSEWHERE = re.compile(
    r"""\b(src|srcset|href|action|formaction|poster|data|content)\s*=\s*["']?\s*(https?:)?//""", re.I
)
FORM = re.compile(r"<form\b(?P<attributes>[^>]*)>(?P<body>.*?)</form>", re.S | re.I)
TABLE = re.compile(r"<table\b[^>]*>(?P<body>.*?)</table>", re.S | re.I)
INPUT = re.compile(r"<(input|select|textarea)\b(?P<attributes>[^>]*)>", re.S | re.I)
ROOMS = ("auth_flow", "payments", "statements", "complaints")
# Pages that answer in the place of another one.
ANSWERS = {
    "auth_flow/blocked.html": "shown by the steps of the sign-in while a block holds",
    "auth_flow/dead_end.html": "shown by registration and recovery to whoever cannot go on alone",
}

each_template = pytest.mark.parametrize("path", templates(), ids=lambda path: path.relative_to(TEMPLATES).as_posix())


@each_template
def test_a_template_holds_no_script_and_no_style_of_its_own(path: Path) -> None:
    text = _text(path)

    assert all("src=" in found["attributes"] and not found["body"].strip() for found in SCRIPT.finditer(text))
    assert not re.search(r"<style\b|javascript:", text, re.I)
    for tag in TAG.findall(text):
        assert not re.search(r"\s(on[a-z]+|style)\s*=", re.sub(r"\{[{%].*?[%}]\}", "", tag)), tag


@each_template
def test_a_template_trusts_no_text(path: Path) -> None:
    assert not re.search(r"\|\s*(safe|safeseq)\b|autoescape\s+off", _text(path))


@each_template
def test_a_template_fetches_nothing_from_elsewhere(path: Path) -> None:
    assert ELSEWHERE.findall(_text(path)) == []


@each_template
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    for form in FORM.finditer(_text(path)):
        posts = re.search(r"""method\s*=\s*["']?post""", form["attributes"], re.I) is not None
        assert ("{% csrf_token %}" in form["body"]) == posts, form["attributes"]


@each_template
def test_every_table_says_what_it_is(path: Path) -> None:
    for table in TABLE.finditer(_text(path)):
        assert "<caption" in table["body"]
        assert re.search(r"<th\b|_head\.html", table["body"])


@each_template
def test_every_input_has_a_label(path: Path) -> None:
    text = _text(path)
    for found in INPUT.finditer(text):
        attributes = found["attributes"]
        if re.search(r"""type\s*=\s*["']?(hidden|submit)""", attributes, re.I):
            continue
        name = re.search(r"""\bid\s*=\s*["'](.+?)["']""", attributes)
        is_labelled = name is not None and f'for="{name[1]}"' in text
        assert is_labelled or "aria-label" in attributes, found[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_a_template_and_an_address_have_one_name(room: str) -> None:
    names = _url_names(room)
    pages = [path for path in (TEMPLATES / room).glob("*.html") if not path.name.startswith("_")]
    strangers = [path.relative_to(TEMPLATES).as_posix() for path in pages if path.stem not in names]

    assert [page for page in strangers if page not in ANSWERS] == []


def test_what_is_not_a_page_begins_with_an_underscore() -> None:
    assert [path.name for path in (TEMPLATES / "partials").glob("*.html") if not path.name.startswith("_")] == []


def test_no_icon_carries_a_script_or_a_style() -> None:
    for path in sorted((TEMPLATES / "icons").glob("*.svg")):
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://(?!www\.w3\.org/)", _text(path)), path.name


def test_no_style_sheet_or_script_reaches_another_host() -> None:
    for path in [*(ROOT / "static" / "css").rglob("*.css"), *(ROOT / "static" / "js").rglob("*.js")]:
        assert not re.search(r"https?://|@import|eval\(|innerHTML", path.read_text(encoding="utf-8")), path.name


def _text(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def _url_names(room: str) -> set[str]:
    urls: list[URLPattern] = import_module(f"{room}.urls").urlpatterns
    return {str(pattern.name) for pattern in urls}

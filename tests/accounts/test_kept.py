"""Pieces of pages that are kept: by what they name and by the language, and of nobody in particular."""

import re

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from accounts.models import Company
from tests.house.sources import TEMPLATES


def shown(source: str, **values: object) -> str:
    return Template("{% load i18n kept %}" + source).render(Context(values))


def test_a_piece_is_rendered_once_for_the_same_values() -> None:
    page = Template(
        "{% load kept %}{% for n in ns %}{% kept n=n %}{% cycle 'a' 'b' 'c' %}{{ n }} {% endkept %}{% endfor %}"
    )

    assert page.render(Context({"ns": [1, 1, 2, 1]})) == "a1 a1 b2 a1 "


def test_nothing_that_is_not_named_is_seen_inside() -> None:
    assert shown("{% kept name=name %}{{ name }}:{{ person }}{% endkept %}", name="DRINI", person="Vera") == "DRINI:"


def test_each_language_has_its_own() -> None:
    page = Template("{% load i18n kept %}{% kept %}{% translate 'Kreu' %}{% endkept %}")

    with translation.override("en"):
        english = page.render(Context())
    with translation.override("sq"):
        albanian = page.render(Context())

    assert albanian == "Kreu"
    assert english != albanian


def test_a_value_is_escaped_inside_too() -> None:
    assert shown("{% kept name=name %}{{ name }}{% endkept %}", name="<b>") == "&lt;b&gt;"


def test_an_object_keeps_no_piece() -> None:
    with pytest.raises(TypeError, match="company is no plain value"):
        shown("{% kept company=company %}{{ company.name }}{% endkept %}", company=Company(name="DRINI"))


@pytest.mark.parametrize("wrong", ["{% kept %}{% csrf_token %}{% endkept %}", "{% kept name %}{% endkept %}"])
def test_a_token_and_a_value_without_a_name_are_mistakes_of_the_template(wrong: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        shown(wrong)


PIECE = re.compile(r"{%\s*kept\b.*?%}(.*?){%\s*endkept\s*%}", re.S)
ELEMENT = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*?(/?)>")
EMPTY = {"input", "img", "br", "link", "meta", "hr", "source", "wbr"}


def test_every_piece_that_is_kept_is_whole() -> None:
    """Elements that begin in a piece end in it: a piece stands in many pages, and in some of them alone."""
    for path in TEMPLATES.rglob("*.html"):
        for piece in PIECE.findall(path.read_text(encoding="utf-8")):
            is_open: list[str] = []
            for end, name, is_closed in ELEMENT.findall(re.sub(r"{%.*?%}|{{.*?}}", "", piece, flags=re.S)):
                if end:
                    assert is_open, f"{path.name}: </{name}> ends what began outside"
                    assert is_open.pop() == name, path.name
                elif name not in EMPTY and not is_closed:
                    is_open.append(name)
            assert is_open == [], path.name

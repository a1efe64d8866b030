"""The long texts of the help, one file a language and page: templates/help/<language>/<name>.toml.

A text is data: sections with an anchor, paragraphs, steps, points, a picture. The page and the paper of the manual are
both made of it, so that neither says what the other does not. What the bank may change (its number, the hour of a
cut-off) stands in the text as {phone} or {cut_off}, and is filled in by whoever shows it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

ROOT: Final = Path(settings.BASE_DIR) / "templates" / "help"
PICTURES: Final = Path(settings.BASE_DIR) / "static" / "help"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands below it, in this order; `links` are pairs of a url name and its words."""

    anchor: str
    title: str
    text: list[str] = field(default_factory=list)
    picture: str = ""
    alt: str = ""
    steps: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    note: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    sections: list["Section"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Text:
    """A page of help; `reviewed_on` is when somebody last read it against the portal."""

    title: str
    intro: str
    reviewed_on: date
    sections: list[Section]

    def walk(self) -> Iterator[Section]:
        """Every section, each before those inside it."""
        for section in self.sections:
            yield section
            yield from section.sections


def read(name: str, language: str, facts: Mapping[str, str]) -> Text:
    """The text with its facts. A KeyError names a fact that nobody gave."""
    raw = _raw(name, language)
    sections = [_section(section, facts) for section in raw["section"]]
    head = {key: _filled(value, facts) for key, value in raw.items() if key != "section"}
    return Text(**head, sections=sections)


def picture_path(language: str, name: str) -> str:
    """Where the static files have a picture of this language."""
    return f"help/{language}/{name}.webp"


@cache
def _raw(name: str, language: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / language / f"{name}.toml").read_text(encoding="utf-8"))


def _section(raw: Mapping[str, Any], facts: Mapping[str, str]) -> Section:
    parts = {key: _filled(value, facts) for key, value in raw.items() if key != "section"}
    parts["links"] = [(page, words) for page, words in parts.get("links", [])]
    return Section(**parts, sections=[_section(part, facts) for part in raw.get("section", [])])


def _filled(value: Any, facts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value.format_map(facts)
    return [_filled(one, facts) for one in value] if isinstance(value, list) else value

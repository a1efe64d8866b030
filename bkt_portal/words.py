"""The words of the screens: found in the code and the templates, kept in catalogues, without gettext's binaries.

Screens are written in Albanian, so an Albanian sentence is its own msgid; English lives in locale/en. The catalogue
in locale/sq holds only what Django and its friends leave in English. polib and babel are not part of production.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

PACKAGES: Final = ("accounts", "auth_flow", "payments", "statements", "complaints", "bkt_portal")
TEMPLATE_SUFFIXES: Final = frozenset({".html", ".txt", ".svg", ".xml"})
# Which argument is the msgid, the plural (2nd) and the context ("c"), in babel's notation.
KEYWORDS: Final = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[-\d.]*[a-z]|%[-\d.]*[sdf]|\{\w*\}")
METADATA: Final = {
    "Project-Id-Version": "dega-internet",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


@dataclass(slots=True)
class Sentence:
    """One msgid as the code writes it, with the files that do."""

    text: str
    plural: str = ""
    context: str = ""
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def collect(root: Path) -> dict[tuple[str, str], Sentence]:
    """Every sentence that the six packages and the templates of `root` mark as translatable, by (context, text)."""
    sentences: dict[tuple[str, str], Sentence] = {}
    for path in _sources(root):
        for found in _sentences(path):
            kept = sentences.setdefault(found.key, found)
            kept.plural = kept.plural or found.plural
            kept.files.add(path.relative_to(root).as_posix())
    return sentences


def merge(sentences: dict[tuple[str, str], Sentence], catalogue: Path) -> tuple[int, int]:
    """Bring `catalogue` up to date, keeping its translations. Returns how many sentences came and how many went."""
    old = {_key(entry): entry for entry in _read(catalogue) if not entry.obsolete}
    new = polib.POFile(wrapwidth=120)
    new.metadata = METADATA
    for key in sorted(sentences, key=lambda key: (key[1].casefold(), key)):
        new.append(_entry(sentences[key], old.get(key)))
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(catalogue))
    return len(sentences.keys() - old.keys()), len(old.keys() - sentences.keys())


def findings(sentences: dict[tuple[str, str], Sentence], catalogue: Path) -> list[str]:
    """What is wrong with `catalogue`, one line each; an empty list when every sentence has its translation."""
    kept = {_key(entry): entry for entry in _read(catalogue) if not entry.obsolete}
    lines = []
    for key, sentence in sorted(sentences.items()):
        entry = kept.get(key)
        where = f"{sentence.text!r} ({', '.join(sorted(sentence.files))})"
        if entry is None or bool(entry.msgid_plural) != bool(sentence.plural):
            lines.append(f"not in the catalogue, run `make messages`: {where}")
        else:
            lines += [f"{fault}: {where}" for fault in _faults(entry)]
    return lines + [
        f"no longer used, run `make messages`: {key[1]!r}" for key in sorted(kept.keys() - sentences.keys())
    ]


def faults_of(catalogue: Path) -> list[str]:
    """What is wrong with a catalogue that stands by itself, such as locale/sq."""
    return [f"{fault}: {entry.msgid!r}" for entry in _read(catalogue) for fault in _faults(entry)]


def compile_all(locale: Path) -> list[Path]:
    """Write the .mo file of each catalogue below `locale`; the file appears whole or not at all."""
    written = []
    for catalogue in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        target = catalogue.with_suffix(".mo")
        part = target.with_suffix(".mo.part")
        _read(catalogue).save_as_mofile(str(part))
        part.replace(target)
        written.append(target)
    return written


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((root / package).rglob("*.py"))
    for folder in (root / "templates", *(root / package / "templates" for package in PACKAGES)):
        yield from sorted(path for path in folder.rglob("*") if path.suffix in TEMPLATE_SUFFIXES)


def _sentences(path: Path) -> Iterator[Sentence]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is no sentence becomes X; the indentation goes, as Python's tokenizer would stumble over it.
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        text, plural = (message, "") if isinstance(message, str) else (message[0], message[1])
        if text:
            yield Sentence(text=text, plural=plural, context=context or "")


def _entry(sentence: Sentence, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=sentence.text,
        msgctxt=sentence.context or None,
        occurrences=[(file, "") for file in sorted(sentence.files)],
        flags=["python-format"] if "%(" in sentence.text + sentence.plural else [],
    )
    if old is not None:
        entry.tcomment = old.tcomment
        entry.flags += ["fuzzy"] if old.fuzzy else []
    if sentence.plural:
        entry.msgid_plural = sentence.plural
        entry.msgstr_plural = {0: "", 1: ""} | (old.msgstr_plural if old is not None else {})
    elif old is not None and not old.msgid_plural:
        entry.msgstr = old.msgstr
    return entry


def _faults(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "marked fuzzy"
    said = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(said):
        yield "not translated"
        return
    asked = _placeholders((entry.msgid_plural or entry.msgid,))
    # The form for one may leave the number out ("one order"); no form may ask for what the code does not give.
    optional = asked - _placeholders((entry.msgid,)) | {part for part in asked if entry.msgid_plural}
    for text in said:
        given = _placeholders((text,))
        if not asked - optional <= given <= asked:
            yield f"placeholders {sorted(given)} instead of {sorted(asked)}"


def _placeholders(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(part for text in texts for part in PLACEHOLDER.findall(text.replace("%%", "")))


def _read(catalogue: Path) -> polib.POFile:
    return polib.pofile(str(catalogue), encoding="utf-8", wrapwidth=120) if catalogue.exists() else polib.POFile()


def _key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid

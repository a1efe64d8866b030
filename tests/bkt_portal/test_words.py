from pathlib import Path

import polib
import pytest

from bkt_portal import words

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Pagesat "
          "e mia")
def say(count):
    return ngettext("%(count)d urdhër", "%(count)d urdhra", count), pgettext("muaj", "maj")
"""
PAGE = """{% load i18n %}
    <h1>{% translate "Hyrja" %}</h1>
  {% blocktranslate trimmed with name=user.name %}
      Mirë se erdhët,
      {{ name }}: 5%
  {% endblocktranslate %}
<p title="{% translate 'Hyrja' %}">
{% blocktranslate count n=n %}një ditë{% plural %}{{ n }} ditë{% endblocktranslate %}</p>
{% comment %}{% translate "Jo kjo" %}{% endcomment %} s'ka "thonjëza {
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "payments").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "payments" / "views.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "templates" / "page.html").write_text(PAGE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"


def translate(catalogue: Path, **english: str | tuple[str, str]) -> None:
    """Fill the catalogue: every sentence with itself, and those named by their first word with what is given."""
    book = polib.pofile(str(catalogue))
    for entry in book:
        said = english.get(entry.msgid.split()[0], entry.msgid)
        if entry.msgid_plural:
            entry.msgstr_plural = dict(enumerate(said if isinstance(said, tuple) else (said, entry.msgid_plural)))
        else:
            entry.msgstr = str(said)
    book.save()


def test_sentences_are_found_in_code_and_pages(house: Path) -> None:
    found = words.collect(house)

    assert {key[1] for key in found} == {
        *("Pagesat e mia", "%(count)d urdhër", "maj"),
        *("Hyrja", "Mirë se erdhët, %(name)s: 5%%", "një ditë"),
    }
    assert found["muaj", "maj"].files == {"payments/views.py"}
    assert found["", "një ditë"].plural == "%(n)s ditë"


def test_a_new_sentence_is_not_ready_until_it_has_english(house: Path, catalogue: Path) -> None:
    words.merge(words.collect(house), catalogue)

    assert len(words.findings(words.collect(house), catalogue)) == 6

    translate(catalogue)

    assert words.findings(words.collect(house), catalogue) == []


def test_an_update_keeps_what_was_translated_and_drops_what_is_gone(house: Path, catalogue: Path) -> None:
    words.merge(words.collect(house), catalogue)
    translate(catalogue, Hyrja="Sign in")
    (house / "payments" / "views.py").unlink()

    came, went = words.merge(words.collect(house), catalogue)

    book = polib.pofile(str(catalogue))
    assert (came, went) == (0, 3)
    assert [entry.msgid for entry in book] == ["Hyrja", "Mirë se erdhët, %(name)s: 5%%", "një ditë"]
    assert book.find("Hyrja").msgstr == "Sign in"
    assert book.find("Hyrja").occurrences == [("templates/page.html", "")]


def test_a_second_update_changes_nothing(house: Path, catalogue: Path) -> None:
    words.merge(words.collect(house), catalogue)
    translate(catalogue)
    before = catalogue.read_bytes()

    words.merge(words.collect(house), catalogue)

    assert catalogue.read_bytes() == before


@pytest.mark.parametrize(
    ("english", "fault"),
    [
        ({"Mirë": "Welcome: 5%%"}, "placeholders [] instead of ['%(name)s']"),
        ({"Mirë": "Welcome, %(nam)s: 5%%"}, "placeholders ['%(nam)s'] instead of ['%(name)s']"),
        ({"një": ("one day", "%(days)s days")}, "placeholders ['%(days)s'] instead of ['%(n)s']"),
        ({"një": ("one day", "")}, "not translated"),
    ],
)
def test_a_wrong_translation_is_told(
    house: Path, catalogue: Path, english: dict[str, str | tuple[str, str]], fault: str
) -> None:
    words.merge(words.collect(house), catalogue)
    translate(catalogue, **english)

    lines = words.findings(words.collect(house), catalogue)

    assert len(lines) == 1
    assert lines[0].startswith(fault)


def test_a_fuzzy_translation_is_told(house: Path, catalogue: Path) -> None:
    words.merge(words.collect(house), catalogue)
    translate(catalogue)
    book = polib.pofile(str(catalogue))
    book.find("Hyrja").flags.append("fuzzy")
    book.save()

    assert words.findings(words.collect(house), catalogue)[0].startswith("marked fuzzy: 'Hyrja'")


def test_compiled_catalogues_speak(house: Path, catalogue: Path) -> None:
    words.merge(words.collect(house), catalogue)
    translate(catalogue, Hyrja="Sign in")

    written = words.compile_all(house / "locale")

    assert written == [catalogue.with_suffix(".mo")]
    assert polib.mofile(str(written[0])).find("Hyrja").msgstr == "Sign in"


def test_what_django_leaves_in_english_is_albanian_here() -> None:
    albanian = Path(words.__file__).parent / "locale" / "sq" / "LC_MESSAGES" / "django.po"

    assert polib.pofile(str(albanian)).find("Log in").msgstr == "Hyr"
    assert words.faults_of(albanian) == []

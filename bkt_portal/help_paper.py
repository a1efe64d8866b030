"""The manual as a PDF: the same text and pictures as its page, set by typst, readable aloud and in thirty years."""

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst
from django.conf import settings

from bkt_portal import help_texts
from bkt_portal.help_texts import Text

ROOT: Final = Path(settings.BASE_DIR)
PAPERS: Final = ROOT / "templates" / "papers"


def manual(text: Text, *, language: str, contents: str) -> bytes:
    """The file; `contents` is the heading of its table of contents. The same text gives the same bytes."""
    facts: dict[str, Any] = asdict(text) | {
        "language": language,
        "contents": contents,
        "bank": {name: settings.BANK[name] for name in ("name", "product", "phone_display")},
        "reviewed": [text.reviewed_on.year, text.reviewed_on.month, text.reviewed_on.day],
        "reviewed_on": f"{text.reviewed_on:%d.%m.%Y}",
        "pictures": f"/static/{help_texts.picture_path(language, '')}".removesuffix(".webp"),
    }
    return _set(json.dumps(facts, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=4)
def _set(facts: str) -> bytes:
    """Some hundred milliseconds, hence kept: for each language until a fact in it changes."""
    return typst.compile(
        str(PAPERS / "manual.typ"),
        root=str(ROOT),
        font_paths=[str(PAPERS / "fonts")],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"facts": facts},
        pdf_standards=["a-2a", "ua-1"],
    )

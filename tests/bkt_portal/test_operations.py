"""Whoever runs the portal finds every variable, every tick and every day that things are kept in docs/operations.md."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from bkt_portal.keeping import KEPT
from bkt_portal.ticks import TICKS

ROOT = Path(settings.BASE_DIR)
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
READ = re.compile(r"\benv\.[a-z_]+\(\s*\"([A-Z][A-Z0-9_]*)\"")


def variables() -> list[str]:
    """Each name that the settings ask the environment for."""
    modules = sorted((ROOT / "bkt_portal").glob("*.py"))
    return sorted({name for module in modules for name in READ.findall(module.read_text(encoding="utf-8"))})


def is_told(name: str) -> bool:
    """By its whole name, or in a line whose first name has the same beginning and which goes on with `_REST`."""
    if re.search(rf"\b{name}\b", GUIDE):
        return True
    cuts = [place for place, sign in enumerate(name) if sign == "_"]
    return any(re.search(rf"`{name[:cut]}_[A-Z_]+`[^|]*`{name[cut:]}`", GUIDE) for cut in cuts)


@pytest.mark.parametrize("name", variables())
def test_a_variable_is_told(name: str) -> None:
    assert is_told(name)


@pytest.mark.parametrize("task", sorted({tick["task"] for tick in TICKS.values()}))
def test_a_tick_is_told(task: str) -> None:
    assert f"| `{task}` |" in GUIDE


@pytest.mark.parametrize("kind", KEPT)
def test_a_day_that_something_is_kept_is_told_with_its_number(kind: str) -> None:
    (line,) = (line for line in GUIDE.splitlines() if f"`{kind.upper()}_KEPT_DAYS`" in line)

    assert f"| {KEPT[kind]} |" in line


def test_the_search_for_variables_finds_them() -> None:
    assert {"SECRET_KEY", "DATABASE_URL", "EXPORT_LINES_AT_ONCE"} <= set(variables())

"""The plan of the house: arrows point down, nothing goes round, and no file has become a drawer or a tower.

Which layer may import which stands in pyproject.toml and is checked by `make check`; here is what it does not see.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.house.sources import PACKAGES, ROOT, modules, shown, tree

LINES_MAX = 350
FUNCTION_LINES_MAX = 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "services", "managers", "manager", "misc", "data", "info"}
# Django calls this one when the models are there, and not before.
IMPORTS_INSIDE = {f"{package}/apps.py" for package in PACKAGES}


def test_no_two_packages_import_each_other() -> None:
    pairs = {(name.split(".")[0], target.split(".")[0]) for name, targets in _imports().items() for target in targets}

    assert [(a, b) for a, b in sorted(pairs) if a < b and (b, a) in pairs] == []


def test_no_imports_go_round() -> None:
    try:
        TopologicalSorter(_imports()).prepare()
    except CycleError as cycle:
        raise AssertionError(" -> ".join(cycle.args[1])) from None


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        shown(path, node)
        for path in modules().values()
        if shown(path) not in IMPORTS_INSIDE
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_no_file_is_longer_than_its_readers_breath() -> None:
    assert [(shown(path), lines) for path in _files() if (lines := _lines(path)) >= LINES_MAX] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        (shown(path, node), node.name, lines)
        for path in _files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) >= FUNCTION_LINES_MAX
    ]

    assert long == []


def test_no_file_is_a_drawer() -> None:
    assert [shown(path) for path in _files() if DRAWERS & set(path.stem.split("_"))] == []


def test_the_six_packages_are_all_there_are() -> None:
    beside = {"tests", "bench"}  # they look at the house from outside
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - beside

    assert found == set(PACKAGES)


def _imports() -> dict[str, set[str]]:
    """What each module imports of the six packages; a package that imports its own parts is one with them."""
    known = modules()
    return {name: _targets(path, known) - {name} for name, path in known.items()}


def _targets(path: Path, known: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{name}" for name in names} & known.keys()
            found |= parts or {node.module}
        elif isinstance(node, ast.Import):
            found |= set(names)
    return found & known.keys()


def _files() -> list[Path]:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if "migrations" not in path.parts]
    return [*modules().values(), *sorted(tests), ROOT / "manage.py"]


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())

"""The portal's own files, read as text and as trees, for the tests that hold the style."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bkt_portal", "payments", "statements", "complaints", "auth_flow", "accounts")
TEMPLATES = ROOT / "templates"


@cache
def modules(*, with_migrations: bool = False) -> dict[str, Path]:
    """Every module of the six packages by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if with_migrations or "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path, node: ast.expr | ast.stmt | None = None) -> str:
    """A file as a finding names it, with the line if there is one."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{node.lineno}" if node else name


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call in a file with its dotted name, as far as it has one: clock.now, log.warning, print."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, _dotted(node.func)


def texts(path: Path) -> Iterator[ast.Constant]:
    """Every text in a file that is no docstring."""
    docstrings = {
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""

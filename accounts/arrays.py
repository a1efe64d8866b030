"""Columns of a batch in PostgreSQL's own notation: the driver's adaptation of a list takes ten times as long."""

from collections.abc import Iterable


def array(values: Iterable[object]) -> str:
    """One parameter for an array of any type that PostgreSQL reads from text; bytes become a bytea, None a NULL."""
    return "{" + ",".join("NULL" if value is None else _quoted(value) for value in values) + "}"


def _quoted(value: object) -> str:
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    text = value if isinstance(value, str) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

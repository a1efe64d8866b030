"""Questions that many pages ask. The ORM writes their SQL once a process, for that takes longer than the answer
(docs/performance.md). Only the SQL is kept, never a row: each answer is fresh.

    _OF_COMPANY = Question(lambda: BankAccount.objects.filter(company=Given("company")).order_by("id"))
    accounts = _OF_COMPANY(company=company.pk)
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Given(Expression):
    """A place in a question, by name; whoever asks fills it with a plain value."""

    def __init__(self, name: str, output_field: "Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [self]


class Question(Generic[Row]):
    """A queryset whose SQL is written when it is first asked. It may join, annotate and limit, but not prefetch."""

    def __init__(self, build: "Callable[[], QuerySet[Any, Row]]") -> None:
        self._build = build

    def __call__(self, **given: Any) -> list[Row]:
        """The rows as the queryset would give them; a KeyError names a place that was left empty."""
        written = self._written
        values = tuple(given[place.name] if isinstance(place, Given) else place for place in written.places)
        return list(_rows(written, values))

    @cached_property
    def _written(self) -> "_Written[Row]":
        queryset = self._build()
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, places = compiler.as_sql()
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select or []])
        return _Written(queryset, compiler, sql, tuple(places), converters)


@dataclass(frozen=True, slots=True)
class _Written(Generic[Row]):
    """What is known before anybody asks."""

    queryset: "QuerySet[Any, Row]"
    compiler: SQLCompiler
    sql: str
    places: tuple[Any, ...]
    converters: Any


def _rows(written: _Written[Row], values: tuple[Any, ...]) -> Iterator[Row]:
    """What Django's own iterables make of the answer: they ask the queryset for its compiler, and the compiler for its
    SQL, its converters and its connection; these are laid ready."""
    compiler = copy(written.compiler)
    ready = {
        "as_sql": lambda *_options: (written.sql, values),
        "get_converters": lambda _columns: written.converters,
        "connection": connections[DEFAULT_DB_ALIAS],  # each thread has its own
    }
    vars(compiler).update(ready)
    stand_in = SimpleNamespace(
        db=DEFAULT_DB_ALIAS,
        query=SimpleNamespace(get_compiler=lambda *_using, **_named: compiler),
        _known_related_objects={},
    )
    iterable = getattr(written.queryset, "_iterable_class")  # noqa: B009  private, but what iterating a queryset calls
    return cast(Iterator[Row], iter(iterable(stand_in)))

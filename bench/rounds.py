"""The manners of measuring: sides compared in the same rounds, medians of ratios, bars, and the table of results."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

# The group's name on the command line; each is a module with `measure(pace) -> list[Result]`.
GROUPS = ("ledger", "payments", "statements", "exports", "pages", "auth")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a group may take: rounds, the seconds that each side gets in a round, and the number of single tries."""

    rounds: int
    seconds: float
    tries: int
    messages: int


FULL = Pace(rounds=5, seconds=3.0, tries=200, messages=1000)
QUICK = Pace(rounds=3, seconds=0.5, tries=30, messages=200)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. A result without a bar is for reading, never for judging."""

    group: str
    name: str
    value: float
    unit: str
    bar: float | None = None
    better: Literal["higher", "lower"] = "higher"

    @property
    def ok(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.better == "higher" else self.value <= self.bar


def rate(stroke: Callable[[], object], *, seconds: float) -> float:
    """How often a second `stroke` can be called, one call after the other."""
    count, started_at = 0, time.perf_counter()
    while (passed := time.perf_counter() - started_at) < seconds:
        stroke()
        count += 1
    return count / passed


def interleave(sides: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, list[float]]:
    """Measure every side once a round, each round beginning with another side, so that noise meets all alike."""
    names = list(sides)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            found[name].append(sides[name]())
    return found


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """The median of what each round says, so that a slow minute weighs on both sides of its own round alone."""
    return median(a / b for a, b in zip(one, other, strict=True))


def write(results: Iterable[Result], path: Path) -> None:
    rows = [asdict(result) | {"value": round(result.value, 4), "ok": result.ok} for result in results]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> list[Result]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [Result(**{name: value for name, value in row.items() if name != "ok"}) for row in rows]


def table(results: Sequence[Result]) -> str:
    lines = [("group", "what", "value", "bar", "")]
    for result in results:
        bar = f"{'>=' if result.better == 'higher' else '<='} {result.bar:.4g}" if result.bar is not None else ""
        verdict = "" if result.bar is None else "ok" if result.ok else "MISSED"
        lines.append((result.group, result.name, f"{_figure(result.value)} {result.unit}", bar, verdict))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"

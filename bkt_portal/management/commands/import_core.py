"""`manage.py import_core FILE...`: takes files of the bank's core system into the books; see docs/core-feed.md."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import override

from accounts import clock
from accounts.core_feed import files
from accounts.core_feed.records import Report

LINES_SHOWN = 50


class Command(BaseCommand):
    help = "Imports files of the core system: CSV of customers and accounts, camt.053 and camt.054. Runs again safely."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="the report for machines, every bad record in it")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            reports = [files.import_file(path, at=clock.now()) for path in files.in_order(options["files"])]
            if options["json"]:
                self.stdout.write(json.dumps([report.as_json() for report in reports], indent=1, ensure_ascii=False))
            else:
                for report in reports:
                    self.stdout.write("\n".join(_table(report)))
        worst = max(report.exit_code for report in reports)
        if worst:
            raise SystemExit(worst)


def _table(report: Report) -> list[str]:
    """A report as people read it at a terminal."""
    if report.unreadable:
        return [f"{report.name}: not read, {report.unreadable}. Nothing of it was taken."]
    if report.is_known:
        return [f"{report.name} ({report.kind}): taken before, nothing to do."]
    lines = [f"{report.name} ({report.kind}): {report.records} records"]
    lines += [f"  {name:<14}{count:>9}" for name, count in sorted(report.counts.items())]
    if report.bad:
        lines.append(f"  {'line':>9}  {'field':<20}  why it was not taken")
        lines += [f"  {bad.line:>9}  {bad.field:<20}  {bad.reason.label}" for bad in report.bad[:LINES_SHOWN]]
    if len(report.bad) > LINES_SHOWN:
        lines.append(f"  and {len(report.bad) - LINES_SHOWN} more: --json lists them all.")
    return lines

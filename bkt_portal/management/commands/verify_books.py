"""`manage.py verify_books`: asks every law of the books; status 1 where one does not hold. Reads alone."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import books_check, clock
from accounts.books_check import Finding
from bkt_portal import verification


class Command(BaseCommand):
    help = "Verifies the books, law by law, as they stand at one moment. Ends with status 1 at the first broken law."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="go on after a broken law")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
        parser.add_argument("--progress", action="store_true", help="tell how far it is, also where nobody looks")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        counter = verification.Counter(wanted=options["progress"])
        findings = books_check.check(
            at=clock.now,
            using=verification.alias(),
            until_broken=not options["all"],
            progress=lambda law, done, of: counter.show(law.name, done, of),
        )
        counter.clear()
        if options["json"]:
            told = {"at": at.isoformat(), "holds": not books_check.breached(findings), "laws": _facts(findings)}
            self.stdout.write(json.dumps(told, indent=1))
        else:
            self._tell(findings)
        if books_check.breached(findings):
            sys.exit(1)

    def _tell(self, findings: list[Finding]) -> None:
        heading = ("law", "rows", "breaches", "what it means")
        rows = [
            (finding.law.name, f"{finding.rows:,}", f"{finding.breaches:,}", finding.law.sentence)
            for finding in findings
        ]
        self.stdout.write(verification.table(heading, rows))
        self.stdout.write("")
        for finding in books_check.breached(findings):
            for breach in finding.examples:
                self.stdout.write(f"{breach.law}: {breach.subject}: expected {breach.expected}, found {breach.found}")
        self.stdout.write(verification.sentence(findings))
        left = len(books_check.laws()) - len(findings)
        if left:
            self.stdout.write(f"{left} laws were not asked: --all goes on after a broken one.")


def _facts(findings: list[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "law": finding.law.name,
            "means": finding.law.sentence,
            "rows": finding.rows,
            "breaches": finding.breaches,
            "examples": [asdict(breach) for breach in finding.examples],
        }
        for finding in findings
    ]

"""`manage.py bench --only ledger --into FILE`: measures one group on the empty bank that the environment names.

`make bench` is the way in: it gives every group such a bank (bench/__main__.py).
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Company
from bench import rounds


class Command(BaseCommand):
    help = "Measures one group of benchmarks on an empty bank; use `make bench`. Never in production."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=rounds.GROUPS, required=True)
        parser.add_argument("--into", type=Path, required=True, help="the JSON file of results")
        parser.add_argument("--quick", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IN_DEMO or Company.objects.exists():
            raise CommandError("The benchmarks fill the books: they run on an empty demo bank, see `make bench`.")
        pace = rounds.QUICK if options["quick"] else rounds.FULL
        rounds.write(import_module(f"bench.{options['only']}").measure(pace), options["into"])

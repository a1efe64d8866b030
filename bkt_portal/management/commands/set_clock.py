"""`manage.py set_clock 2026-11-27T13:59:30`: the bank's clock goes on from there; the demo's and the tests' only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from accounts import audit, clock, time_travel
from accounts.refusals import Refusal

OPERATOR = audit.Actor(name="set_clock", role="system")


class Command(BaseCommand):
    help = "Moves the bank's clock to an ISO moment, in Tirana time when it names no zone. Never in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("moment", help="for example 2026-11-27T13:59:30")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            try:
                time_travel.move(to=time_travel.moment_of(options["moment"]), actor=OPERATOR)
            except Refusal as refusal:
                raise CommandError(str(refusal.sentence)) from None
        self.stdout.write(f"The bank's clock shows {clock.tirana(clock.now()):%Y-%m-%d %H:%M:%S}, Tirana time.")

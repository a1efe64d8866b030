"""`manage.py demo_clearing`: the demo's clearing house answers; with an IBAN it sends a payment in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from accounts import clock
from accounts.money import AmountAmbiguous, AmountNotUnderstood, parse_amount
from accounts.refusals import Refusal
from bkt_portal import demo_clearing


class Command(BaseCommand):
    help = "Answers the files that left, or sends a payment to one of the demo's accounts. Never in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("iban", nargs="?", help="an account of the demo that shall get a payment")
        parser.add_argument("amount", nargs="?", default="12.500,00", help="for example 12.500,00")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["iban"]:
                self._send(options["iban"].replace(" ", ""), options["amount"])
            else:
                answered = demo_clearing.answer_all(at=clock.now())
                self.stdout.write(f"{answered} payments answered.")
        except Refusal as refusal:
            with override("en"):
                raise CommandError(str(refusal.sentence)) from None

    def _send(self, iban: str, amount: str) -> None:
        try:
            minor = parse_amount(amount)
        except (AmountAmbiguous, AmountNotUnderstood):
            raise CommandError(f"{amount} is no amount: write 12.500,00.") from None
        reference = demo_clearing.send_incoming(iban=iban, amount_minor=minor, text="Arkëtim", at=clock.now())
        self.stdout.write(f"{reference} is on its way.")

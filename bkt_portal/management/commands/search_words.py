"""`manage.py search_words`: writes the words of lines that have none, as after an upgrade; `--again` of all lines."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import BankAccount
from statements import words


class Command(BaseCommand):
    help = (
        "Writes the plain words of every customer's line that has none, account by account, beside the running portal. "
        "Searches are right before, meanwhile and afterwards; only slower where words are missing. Runs again safely."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="forget each account's words first and write them anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lines = 0
        for account_id in _accounts(again=options["again"]):
            if options["again"]:
                words.forget(account_id)
            while written := words.write(account_id, lines_max=words.LINES_A_LONG_TURN):
                lines += written
        self.stdout.write(f"The words of {lines} lines were written.")


def _accounts(*, again: bool) -> list[int]:
    """Whose lines are to be written."""
    if not again:
        return words.waiting()
    accounts = BankAccount.objects.filter(kind=BankAccount.Kind.CURRENT, last_sequence__gt=0)
    return list(accounts.order_by("pk").values_list("pk", flat=True))

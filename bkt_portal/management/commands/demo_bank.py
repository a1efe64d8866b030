"""`manage.py demo_bank`: opens the demo bank where there is none, sets the bank's clock, writes demo.json, and verifies
the books."""

import base64
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit, books_check, clock, time_travel
from accounts.models import BankAccount, BankClock, Card, Company, User
from accounts.refusals import Refusal
from bkt_portal import demo, demo_seal, premises, verification
from bkt_portal.demo_cast import COLLEAGUES, FIRMS, PASSWORD, STAFF_USERNAME, Player

OPERATOR = audit.Actor(name="demo_bank", role="system")


class Command(BaseCommand):
    help = "Opens the demo bank, once; a second run keeps the data. Never in production."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IN_DEMO:
            raise CommandError("The demo bank exists only in the demo: start it with `make demo`.")
        _seal()
        with override("en"):
            self._set_clock(os.environ.get("BANK_CLOCK", "").strip())
            if not Company.objects.filter(nipt=FIRMS[0].nipt).exists():
                demo.build(at=clock.now())
            _staff()
        cast = json.dumps(_cast(), indent=1, ensure_ascii=False)
        premises.write_private(Path(settings.PORTAL_DIR) / "demo.json", cast)
        # Here rather than in a process of its own, whose start would take longer than all the laws.
        findings = books_check.check(at=clock.now, using=verification.alias())
        self.stdout.write(verification.sentence(findings))

    def _set_clock(self, wanted: str) -> None:
        """The row marks this database as a demo's; production refuses to start on it."""
        BankClock.objects.get_or_create(id=1, defaults={"offset": timedelta(0)})
        if not wanted:
            return
        try:
            time_travel.move(to=time_travel.moment_of(wanted), actor=OPERATOR)
        except Refusal as refusal:
            raise CommandError(f"BANK_CLOCK={wanted}: {refusal.sentence}") from None


def _seal() -> None:
    """The demo's own certificate for papers, where the environment names none of the bank's."""
    path = Path(settings.PAPERS_CERTIFICATE)
    if path.is_relative_to(settings.PORTAL_DIR):
        demo_seal.renew(path, settings.PAPERS_CERTIFICATE_PASSWORD, at=clock.machine())


def _staff() -> None:
    """The one who may do everything, and her colleagues with their roles; whoever joined the cast later joins now."""
    for username in (STAFF_USERNAME, *COLLEAGUES):
        if User.objects.filter(username=username).exists():
            continue
        is_first = username == STAFF_USERNAME
        user = User.objects.create_staff(username=username, password=PASSWORD, is_superuser=is_first)
        if not is_first:
            user.groups.add(Group.objects.get(name=COLLEAGUES[username]))
        TOTPDevice.objects.create(user=user, name="demo")


def _colleague(username: str, role: str) -> dict[str, str]:
    """How one of staff signs in; the key is for an authenticator app."""
    device = TOTPDevice.objects.get(user__username=username)
    return {
        "username": username,
        "password": PASSWORD,
        "role": role,
        "totp_secret": base64.b32encode(device.bin_key).decode(),
    }


def _card(player: Player, card: Card | None) -> dict[str, str]:
    """What registration and a forgotten password ask of her card."""
    return {"card_number": player.card_digits, "card_expiry": f"{card.expires_on:%m/%y}"} if card else {}


def _cast() -> dict[str, Any]:
    """Everybody who can sign in, as the black-box tests and the person at the terminal read it."""
    cards = {card.person_id: card for card in Card.objects.filter(person__isnull=False)}
    users = {user.username: user for user in User.objects.filter(kind=User.Kind.CUSTOMER)}
    people = [
        {
            "role": player.role,
            "customer_number": player.customer_number,
            "nipt": firm.nipt,
            "password": PASSWORD if player.registered else "",
            "phone": player.phone,
            "company": firm.name,
            **_card(player, cards.get(users[player.customer_number].person_id)),
        }
        for firm in FIRMS
        for player in firm.players
        if player.customer_number in users  # a bank of before does not know who joined the cast later
    ]
    accounts = BankAccount.objects.filter(kind=BankAccount.Kind.CURRENT).select_related("company").order_by("pk")
    return {
        "people": people,
        "accounts": [
            {"iban": account.iban, "currency": account.currency, "company": account.company.name}
            for account in accounts
            if account.company
        ],
        "staff": _colleague(STAFF_USERNAME, "administrator"),
        "colleagues": [_colleague(username, role) for username, role in COLLEAGUES.items()],
    }

"""`manage.py staff NAME --role Degë`: lets one of staff in, or gives her other roles. Her secrets are shown once."""

import base64
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.crypto import get_random_string
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit, clock
from accounts.models import User
from bkt_portal.staff_roles import ROLES

OPERATOR = audit.Actor(name="manage.py staff", role="system")
PASSWORD_LENGTH = 20


class Command(BaseCommand):
    help = "Makes a member of staff with a password and an authenticator of her own, or sets the roles of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", action="append", default=[], choices=list(ROLES), help="one or more")
        parser.add_argument("--off", action="store_true", help="she comes in no more; her name stays in the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        username, roles, is_off = options["username"], sorted(set(options["role"])), options["off"]
        if bool(roles) == is_off:
            raise CommandError("Name her roles with --role, or --off.")
        with transaction.atomic(), audit.written_last():
            user = User.objects.select_for_update().filter(username=username).first()
            if user is not None and user.kind != User.Kind.STAFF:
                raise CommandError(f"{username} is a customer.")
            if user is None:
                if is_off:
                    raise CommandError(f"Nobody of staff is called {username}.")
                user = self._let_in(username)
            before = sorted(user.groups.values_list("name", flat=True))
            user.groups.set(Group.objects.filter(name__in=roles))
            user.is_active = not is_off
            user.save(update_fields=["is_active"])
            details = {"before": before, "after": roles, "off": is_off}
            audit.record("staff.roles.set", actor=OPERATOR, at=clock.now(), subject=f"user:{user.pk}", details=details)
        self.stdout.write(f"{username}: {', '.join(roles) or 'off'}")

    def _let_in(self, username: str) -> User:
        password = get_random_string(PASSWORD_LENGTH)
        user = User.objects.create_staff(username=username, password=password)
        device = TOTPDevice.objects.create(user=user, name="authenticator")
        self.stdout.write(f"password: {password}")
        self.stdout.write(f"authenticator: {base64.b32encode(device.bin_key).decode()}")
        return user

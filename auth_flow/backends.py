"""Who may be authenticated, and by what: customers step by step through login.py, staff by name and password.

Neither is a second door: the customer's backend is asked by login.py alone and ignores every other call; the staff's
site asks for a one-time password too, and its tries are counted here, before they are judged.
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import keys, lockout
from auth_flow.http import client_ip

CUSTOMERS = "auth_flow.backends.CustomerBackend"
PATIENCE_SECONDS = 3.0

_slots = threading.BoundedSemaphore(settings.PASSWORD_HASHES_AT_ONCE)
# The staff have places of their own: a flood at one door leaves the other open.
_staff_slots = threading.BoundedSemaphore(settings.STAFF_HASHES_AT_ONCE)


class TooBusy(Refusal):
    sentence = _("Tani po hyjnë shumë njerëz. Provoni përsëri pas pak.")


class CustomerBackend(ModelBackend):
    """Customers, given as the user that step one found, or as None for a pair that names nobody."""

    def authenticate(  # type: ignore[override]  # Django passes whatever credentials there are; these are ours.
        self, request: HttpRequest | None, *, customer: User | None, password: str
    ) -> User | None:
        """The customer if this is her password. The same work for nobody, for a wrong password and for none yet.

        Refuses with TooBusy when all places for hashing stay taken.
        """
        with a_slot():
            right = check_password(normal(password), _hash_of(customer))
        may_enter = (
            customer is not None and customer.kind == User.Kind.CUSTOMER and self.user_can_authenticate(customer)
        )
        return customer if right and may_enter else None

    def get_user(self, user_id: Any) -> User | None:
        return _of_kind(User.Kind.CUSTOMER, super().get_user(user_id))


class StaffBackend(ModelBackend):
    """The bank's staff, for the staff site. The lanes of lockout.py decide; django-axes records."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **others: Any
    ) -> User | None:
        """The member of staff, or None. A block ends the search without saying so."""
        if not username or password is None or others:
            return None
        identity, at = lockout.identity_of_staff(username), clock.machine()
        network = client_ip(request) if request else ""
        try:
            lockout.refuse_crowded_network(network, at)
            with transaction.atomic():
                lockout.reserve(identity, lockout.OTHERS, at)
        except lockout.TooManyFromHere:
            raise PermissionDenied from None
        except lockout.SignInBlocked:
            lockout.count_network(network, at)
            raise PermissionDenied from None
        user = User.objects.filter(username=username, kind=User.Kind.STAFF).first()
        try:
            with a_slot(_staff_slots):
                right = check_password(normal(password), _hash_of(user))
        except TooBusy:
            lockout.give_back(identity, lockout.OTHERS)
            raise PermissionDenied from None
        if not right or user is None or not self.user_can_authenticate(user):
            lockout.count_network(network, at)
            return None
        lockout.give_back(identity, lockout.OTHERS)
        return user

    def get_user(self, user_id: Any) -> User | None:
        return _of_kind(User.Kind.STAFF, super().get_user(user_id))


@receiver(user_logged_in)
def clear_staff_lane(sender: type[User], user: User, **_others: Any) -> None:
    """Django says so after password and one-time password: the failures before are forgotten."""
    if user.kind == User.Kind.STAFF:
        lockout.clear(lockout.identity_of_staff(user.username), lockout.OTHERS)


def normal(password: str) -> str:
    """A password as it is hashed: NFC, so that ë typed on any keyboard is the same ë (R23); nothing else is changed."""
    return unicodedata.normalize("NFC", password)


def password_version(user: User) -> str:
    """Changes with the password and tells nothing of it: a pending sign-in dies when it changes."""
    return keys.keyed("password", user.password)[:16]


def _of_kind(kind: str, user: Any) -> User | None:
    return user if isinstance(user, User) and user.kind == kind else None


def _hash_of(user: User | None) -> str:
    nobody = _nobody()  # Made for everybody alike, so that the first call of a process tells nothing.
    return user.password if user and is_password_usable(user.password) else nobody


@cache
def _nobody() -> str:
    """A hash that no password opens, made with the same hasher as all others."""
    return make_password(keys.new_token())


@contextmanager
def a_slot(slots: threading.BoundedSemaphore = _slots) -> Iterator[None]:
    """Argon2 takes 100 MiB and a core: a flood of guesses must not take them all."""
    if not slots.acquire(timeout=PATIENCE_SECONDS):
        raise TooBusy
    try:
        yield
    finally:
        slots.release()

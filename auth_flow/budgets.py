"""How many codes may go out: per user, phone and network, and for the whole bank. Every SMS costs money and patience.

`fnp.issue` calls `spend` once for each new code, under the lock of the user's row and before it makes the challenge:

    budgets.spend(
        user=locked, phone=phone, network=attempt.network, purpose=purpose,
        known=attempt.known_browser_id is not None, at=at,
    )

Sending the same code again is free. What is counted are the challenges themselves, so a transaction that is rolled
back spends nothing. Only codes that led to nothing count: a success starts its user's count anew. Each purpose has a
count of its own, and at the door known browsers one and all others one, so that whoever burns codes with a stolen
password leaves a company's signatures and the owner's own browser alone. Codes asked for in a session, and those of a
known browser, are held by the counts of their own user alone, never by what others do.
"""

import logging
from datetime import datetime, timedelta

import phonenumbers
from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import networks
from auth_flow.models import FnpChallenge, NetworkCounter

log = logging.getLogger(__name__)

Purpose = FnpChallenge.Purpose
IN_A_SESSION = frozenset({Purpose.PAYMENT, Purpose.SETTINGS})


class TooManyCodes(Refusal):
    sentence = _("Kërkuat shumë FNP pa i përdorur. Provoni më vonë ose telefononi bankën.")


class CodesAreSlowed(TooManyCodes):
    """Not her doing: many codes go out just now, and this browser is not known."""

    code = "codes_are_slowed"
    sentence = _("Tani po kërkohen shumë FNP. Provoni përsëri pas disa minutash ose telefononi bankën.")


def spend(*, user: User, phone: str, network: str, purpose: str, known: bool, at: datetime) -> None:
    """Refuse the code that would be one too many; call it under the lock of the user's row, before the challenge.

    `network` is the IP address that asks, `known` whether its browser is. Refuses with TooManyCodes. The budgets of the
    bank and of a country raise the alarm first, in the caller's transaction, with the code that uses them up.
    """
    at_the_door = purpose not in IN_A_SESSION
    mine = FnpChallenge.objects.filter(user=user, purpose=purpose)
    if at_the_door:
        mine = mine.filter(attempt__known_browser__isnull=not known)
    _refuse_over(settings.FNP_PER_USER, _since_success(mine), at)
    if at_the_door and not known:
        _refuse_over(settings.FNP_PER_PHONE, _in_vain().filter(phone=phone).exclude(purpose__in=IN_A_SESSION), at)
        _refuse_over(settings.FNP_PER_NETWORK, _of_network(network, at), at)
    _watch_the_bank(phone, may_be_slowed=at_the_door and not known, at=at)


# --- Of one user, one phone, one network -----------------------------------------------------------------------------


def _refuse_over(budgets: list[tuple[int, int]], codes: QuerySet[FnpChallenge], at: datetime) -> None:
    for seconds, most in budgets:
        if _reaches(codes.filter(created_at__gt=at - timedelta(seconds=seconds)), most):
            raise TooManyCodes


def _reaches(codes: QuerySet[FnpChallenge], most: int) -> bool:
    """Whether there are so many; counts no further than it must."""
    return codes.order_by()[:most].count() >= most


def _since_success(mine: QuerySet[FnpChallenge]) -> QuerySet[FnpChallenge]:
    """Those of one user's codes that she has not used, since she last used one of them."""
    success = mine.aggregate(last=Max("consumed_at"))["last"]
    since = mine.filter(consumed_at=None)
    return since.filter(created_at__gt=success) if success else since


def _in_vain() -> QuerySet[FnpChallenge]:
    """Everybody's codes that were not used, and were not followed by one of the same user and purpose that was."""
    later = FnpChallenge.objects.filter(
        user=OuterRef("user"), purpose=OuterRef("purpose"), consumed_at__gte=OuterRef("created_at")
    )
    return FnpChallenge.objects.filter(~Exists(later), consumed_at=None)


def _of_network(network: str, at: datetime) -> QuerySet[FnpChallenge]:
    """Codes asked for at the door from this network; a way in lives no longer than its code's budget looks back."""
    oldest = at - timedelta(seconds=max(seconds for seconds, _most in settings.FNP_PER_NETWORK))
    begun = oldest - timedelta(seconds=settings.PROVING_LIFE_SECONDS)
    return (
        _in_vain()
        .exclude(purpose__in=IN_A_SESSION)
        .filter(attempt__subscriber=networks.subscriber_of(network), attempt__started_at__gt=begun)
    )


# --- Of the bank and of a country ------------------------------------------------------------------------------------


def _watch_the_bank(phone: str, *, may_be_slowed: bool, at: datetime) -> None:
    since = at - timedelta(seconds=settings.FNP_BANK_WINDOW_SECONDS)
    recent = FnpChallenge.objects.filter(created_at__gt=since)
    over = [_is_over("bank", recent, settings.FNP_PER_BANK_MAX, at)]
    country = country_of(phone)
    if country != settings.FNP_HOME_COUNTRY:
        abroad = recent.filter(phone__startswith=f"+{country}")
        over.append(_is_over(f"country +{country}", abroad, settings.FNP_PER_COUNTRY_MAX, at))
    if may_be_slowed and any(over):
        raise CodesAreSlowed


def _is_over(what: str, codes: QuerySet[FnpChallenge], most: int, at: datetime) -> bool:
    """Whether the budget is used up; the code that uses it up, or a later one, raises the alarm."""
    spent = codes.order_by()[:most].count()
    if spent + 1 >= most and _is_news(f"alarm {what}", at):
        log.error("The budget of codes is used up: %s.", what)
        audit.record("auth.codes.over_budget", actor=audit.THE_CLOCK, at=at, subject=what, details={"budget": most})
    return spent >= most


def _is_news(name: str, at: datetime) -> bool:
    """Whether this alarm is the first in its window; of two at once, one is."""
    since = at - timedelta(seconds=settings.FNP_BANK_WINDOW_SECONDS)
    row, made = NetworkCounter.objects.get_or_create(network=name, defaults={"window_at": at, "failures": 1})
    if made:
        return True
    again = NetworkCounter.objects.filter(pk=row.pk, window_at__lte=since)
    return bool(again.update(window_at=at, failures=F("failures") + 1))


def country_of(phone: str) -> str:
    """The calling code of an E.164 number, without the plus; its first three digits where no country has such a one."""
    try:
        return str(phonenumbers.parse(phone).country_code)
    except phonenumbers.NumberParseException:
        return phone[1:4]

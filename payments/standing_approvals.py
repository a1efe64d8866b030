"""Four eyes over a series: ask for a code, sign, refuse. One signature covers every payment that the series will make;
who may is asked as of an order, and that nobody signs her own is a law in the database as well."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import clock, low_limit
from accounts.models import Mandate, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import fnp
from auth_flow.models import FnpChallenge, LoginAttempt
from payments import approvals, cool_off, limits, orders, paydays, series as one_series, standing
from payments.models import StandingOrder, StandingSignature
from payments.models.standing import StandingStatus


class NotDuringTheLowLimit(Refusal):
    """Fact: until."""

    sentence = _(
        "Deri më %(until)s nuk nënshkruani urdhra të përhershëm, sepse fjalëkalimi ose celulari juaj sapo u ndryshua. "
        "Mund ta nënshkruajë një koleg, ose ju pas asaj ore."
    )


@verb("payments.standing.code_asked")
def ask_code(
    *,
    standing_id: UUID,
    mandate: Mandate,
    attempt: LoginAttempt,
    version: int | None,
    answered: Collection[str] = (),
    at: datetime,
    machine_at: datetime,
) -> FnpChallenge:
    """Send a code bound to this series; whoever may sign alone submits her draft by the same act.

    `machine_at` is the moment by the machine's clock, which codes live by. Refuses what `sign` refuses,
    OrderHasChanged, and of a draft what `standing.submit` refuses.
    """
    mandate = orders.acting(mandate, at=at)
    series = standing.taken(standing_id, mandate)
    standing.require_version(series, version)
    if series.status == StandingStatus.DRAFT:
        series = standing.submitted(series, mandate, version, at, answered=answered)
    _require_right(series, mandate, at=at)
    challenge = fnp.issue(
        user=mandate.user,
        purpose=approvals.PURPOSE,
        body=one_series.signing_body(series),
        sms=one_series.sms_sentence(series),
        attempt=attempt,
        subject=one_series.fnp_subject(series),
        at=machine_at,
    )
    standing.record("payments.standing.code_asked", series, mandate, at=at)
    return challenge


def sign(
    *,
    standing_id: UUID,
    mandate: Mandate,
    attempt: LoginAttempt,
    challenge_id: UUID,
    code: str,
    at: datetime,
    machine_at: datetime,
) -> StandingOrder:
    """Add one signature; the last one lets the series run.

    Refuses a wrong, old or spent code (the try is counted first, in a commit of its own), whoever may not sign it, a
    series that moved on, FirstDayHasPassed, limits, and AskForANewCode when it is not what the code was made for.
    """
    challenge = fnp.judge(
        challenge_id=challenge_id,
        code=code,
        user=mandate.user,
        attempt=attempt,
        purpose=approvals.PURPOSE,
        at=machine_at,
    )
    return _sign(standing_id=standing_id, mandate=mandate, challenge=challenge, at=at, machine_at=machine_at)


@verb("payments.standing.signed")
def _sign(
    *, standing_id: UUID, mandate: Mandate, challenge: FnpChallenge, at: datetime, machine_at: datetime
) -> StandingOrder:
    mandate = orders.acting(mandate, at=at)
    series = standing.taken(standing_id, mandate)
    _require_right(series, mandate, at=at)
    body = one_series.signing_body(series)
    try:
        fnp.consume(challenge=challenge, body=body, at=machine_at)
    except fnp.CodeForSomethingElse as refusal:
        raise approvals.AskForANewCode from refusal
    StandingSignature.objects.create(
        standing=series, user=mandate.user, challenge=challenge.pk, body=body, signed_at=at
    )
    details = {"challenge": str(challenge.pk), "body_sha256": challenge.payload_hash.hex()}
    standing.record("payments.standing.signed", series, mandate, at=at, details=details)
    if series.signatures.count() >= series.signatures_wanted:
        paydays.start(series, at=at)
    return series


@verb("payments.standing.rejected")
def reject(*, standing_id: UUID, mandate: Mandate, reason: str, at: datetime) -> StandingOrder:
    """Refuse a submitted series for good, with a reason; any signer of the company may, needing no code."""
    mandate = orders.acting(mandate, at=at)
    series = standing.taken(standing_id, mandate)
    if not mandate.may_sign:
        raise approvals.MayNotSign
    if series.status != StandingStatus.AWAITING:
        raise orders.OrderHasMovedOn(status=str(series.get_status_display()))
    standing.end(series, StandingStatus.REJECTED, mandate=mandate, reason=reason, at=at)
    standing.record("payments.standing.rejected", series, mandate, at=at, details={"reason": reason})
    return series


def _require_right(series: StandingOrder, mandate: Mandate, *, at: datetime) -> None:
    if not mandate.may_sign:
        raise approvals.MayNotSign
    if series.status != StandingStatus.AWAITING:
        raise orders.OrderHasMovedOn(status=str(series.get_status_display()))
    if series.prepared_by_id == mandate.user_id and series.other_signers != 0:
        raise approvals.CannotSignOwnOrder
    if series.signatures.filter(user=mandate.user_id).exists():
        raise approvals.AlreadySigned
    standing.require_first_day(series, at=at)
    payment = one_series.as_order(series)
    limits.require(payment, signer=mandate.user, releases=False, at=at)
    if series.signatures.count() + 1 >= series.signatures_wanted:
        cool_off.require(payment, at=at)
    _require_no_low_limit(mandate.user, at=at)


def _require_no_low_limit(user: User, *, at: datetime) -> None:
    """For a day after a new password by reset or a new phone: what pays without end is no small sum."""
    hours = low_limit.of(User.objects.select_for_update(no_key=True).get(pk=user.pk), at=at)
    if hours is not None:
        raise NotDuringTheLowLimit(until=f"{clock.tirana(hours.until):%d.%m.%Y %H:%M}")

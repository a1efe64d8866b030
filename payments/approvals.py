"""Four eyes: ask for a code, sign, refuse. Who may, is asked of the mandate and of the order's own snapshot; that no
one signs her own order unless the company lets her, is a law in the database as well."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, low_limit
from accounts.identifiers import account_tail
from accounts.models import Mandate, User
from accounts.money import format_money
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import fnp
from auth_flow.models import FnpChallenge, LoginAttempt
from auth_flow.sms import gsm7
from payments import cool_off, execution, limits, orders, promises
from payments.models import PaymentOrder, Signature
from payments.models.orders import OrderStatus

PURPOSE = "payment"


class MayNotSign(Refusal):
    sentence = _("Mandati juaj nuk lejon nënshkrimin e pagesave. Urdhrin e nënshkruan një koleg me këtë të drejtë.")


class CannotSignOwnOrder(Refusal):
    sentence = _("Urdhrin e përgatitët ju vetë, prandaj duhet ta nënshkruajë një koleg.")


class AlreadySigned(Refusal):
    sentence = _("Ju e keni nënshkruar tashmë këtë urdhër. Prisni nënshkrimin e kolegut.")


class OverTheLowLimit(Refusal):
    """Facts: limit, left, until."""

    sentence = _(
        "Deri më %(until)s nënshkruani gjithsej deri në %(limit)s, sepse fjalëkalimi ose celulari juaj sapo u "
        "ndryshua; ju mbeten %(left)s. Këtë urdhër mund ta nënshkruajë një koleg, ose ju pas asaj ore."
    )


class AskForANewCode(Refusal):
    """The order, its signatures or its day are no longer what the code was made for."""

    sentence = _(
        "Urdhri ose dita e kryerjes ndryshoi pasi u dërgua FNP-ja. Kontrolloni përsëri dhe kërkoni një FNP të re."
    )


@verb("payments.order.code_asked")
def ask_code(
    *,
    order_id: UUID,
    mandate: Mandate,
    attempt: LoginAttempt,
    version: int | None,
    answered: Collection[str] = (),
    at: datetime,
) -> FnpChallenge | None:
    """Send a code bound to this order as it stands; whoever may sign alone submits her draft by the same act.

    None where the draft's fee has changed meanwhile: it must be looked at again. Refuses what `sign` refuses, of the
    last signature also what the account does not bear, OrderHasChanged, and of a draft what `orders.submit` refuses;
    `answered` are its warnings that she answered for.
    """
    mandate = orders.acting(mandate, at=at)
    order = orders.taken(order_id, mandate)
    orders.require_version(order, version)
    if order.status == OrderStatus.DRAFT:
        order = orders.submitted(order, mandate, version, at, answered=answered)
    if order.status == OrderStatus.DRAFT:
        return None
    _require_right(order, mandate, at=at)
    if _releases(order) and not promises.is_chosen(order, promises.of_order(order, at=at)):
        execution.require_money(order)
    challenge = fnp.issue(
        user=mandate.user,
        purpose=PURPOSE,
        body=_body(order, at),
        sms=sms_sentence(order),
        attempt=attempt,
        subject=fnp_subject(order),
        at=clock.machine(),
    )
    audit.record("payments.order.code_asked", actor=audit.actor_of(mandate), at=at, subject=f"order:{order.pk}")
    return challenge


def sign(
    *, order_id: UUID, mandate: Mandate, attempt: LoginAttempt, challenge_id: UUID, code: str, at: datetime
) -> PaymentOrder:
    """Add one signature; the last one releases the order.

    Refuses a wrong, old or spent code (the try is counted first, in a commit of its own), the preparer of an order
    that others must sign, a second signature of one person, an order that moved on, and AskForANewCode when the
    promised day is no longer the one that the code was made for (D4).
    """
    challenge = fnp.judge(
        challenge_id=challenge_id,
        code=code,
        user=mandate.user,
        attempt=attempt,
        purpose=PURPOSE,
        at=clock.machine(),
    )
    return _sign(order_id=order_id, mandate=mandate, challenge=challenge, at=at)


@verb("payments.order.signed")
def _sign(*, order_id: UUID, mandate: Mandate, challenge: FnpChallenge, at: datetime) -> PaymentOrder:
    mandate = orders.acting(mandate, at=at)
    order = orders.taken(order_id, mandate)
    _require_right(order, mandate, at=at)
    body = _body(order, at)
    try:
        fnp.consume(challenge=challenge, body=body, at=clock.machine())
    except fnp.CodeForSomethingElse as refusal:
        raise AskForANewCode from refusal
    Signature.objects.create(order=order, user=mandate.user, challenge=challenge.pk, body=body, signed_at=at)
    audit.record(
        "payments.order.signed",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"order:{order.pk}",
        details={"challenge": str(challenge.pk), "body_sha256": challenge.payload_hash.hex()},
    )
    if order.signatures.count() >= order.signatures_wanted:
        _release(order, at=at)
    return order


@verb("payments.order.rejected")
def reject(*, order_id: UUID, mandate: Mandate, reason: str, at: datetime) -> PaymentOrder:
    """Refuse a submitted order for good, with a reason; any signer of the company may, needing no code."""
    mandate = orders.acting(mandate, at=at)
    order = orders.taken(order_id, mandate)
    if not mandate.may_sign:
        raise MayNotSign
    if order.status != OrderStatus.AWAITING:
        raise orders.OrderHasMovedOn(status=str(order.get_status_display()))
    orders.end(order, OrderStatus.REJECTED, mandate=mandate, reason=reason, at=at)
    audit.record(
        "payments.order.rejected",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"order:{order.pk}",
        details={"reason": reason},
    )
    return order


def sms_sentence(order: PaymentOrder) -> str:
    """What the phone shows (RTS art. 5: amount and payee), GSM-7 and at most 160 characters; the name alone is cut."""
    before = f"{settings.BANK['short_name']}: FNP {fnp.MARK} per {format_money(order.amount_minor, order.currency)} te "
    after = (
        f", {account_tail(order.beneficiary_iban)}. Vlen {fnp.life_in_sms()}. Mos ia jepni askujt. "
        f"Nuk e kerkuat ju? {settings.BANK['phone_sms']}, ref {fnp.REFERENCE_MARK}"
    )
    frame = (before + after).replace(fnp.MARK, "0" * 6).replace(fnp.REFERENCE_MARK, "0" * 8)
    return before + gsm7.trim_name(order.beneficiary_name, gsm7.SEPTETS_MAX - len(frame)) + after


def fnp_subject(order: PaymentOrder) -> str:
    return f"payments.order:{order.pk}"


def _body(order: PaymentOrder, at: datetime) -> bytes:
    """Bound to the promised day only when this signature will be the last."""
    return orders.signing_body(order, releases_on=_promised_day(order, at) if _releases(order) else None)


def _releases(order: PaymentOrder) -> bool:
    """Whether the next signature is the last one wanted."""
    return order.signatures.count() + 1 >= order.signatures_wanted


def _promised_day(order: PaymentOrder, at: datetime) -> date:
    return promises.of_order(order, at=at).execute_on


def _require_right(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> None:
    if not mandate.may_sign:
        raise MayNotSign
    if order.status != OrderStatus.AWAITING:
        raise orders.OrderHasMovedOn(status=str(order.get_status_display()))
    if order.prepared_by_id == mandate.user_id and order.other_signers != 0:
        raise CannotSignOwnOrder
    if order.signatures.filter(user=mandate.user_id).exists():
        raise AlreadySigned
    limits.require(order, signer=mandate.user, releases=_releases(order), at=at)
    if _releases(order):
        cool_off.require(order, at=at)
    _require_low_limit(order, mandate.user, at=at)


def _require_low_limit(order: PaymentOrder, user: User, *, at: datetime) -> None:
    """For a day after a new password by reset or a new phone, one small budget a currency: a thief may be signing.

    Counted under the lock of the user's row, after the order's, as fnp.issue takes it.
    """
    hours = low_limit.of(User.objects.select_for_update(no_key=True).get(pk=user.pk), at=at)
    if hours is None:
        return
    most = settings.LOW_LIMIT_MINOR.get(order.currency, 0)
    signed = PaymentOrder.objects.filter(
        currency=order.currency,
        signatures__user=user.pk,
        signatures__signed_at__gte=hours.since,
        status__in=(*limits.COUNTS, OrderStatus.RETURNED),
    )
    spent = signed.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    if spent + order.amount_minor > most:
        raise OverTheLowLimit(
            limit=format_money(most, order.currency),
            left=format_money(max(0, most - spent), order.currency),
            until=f"{clock.tirana(hours.until):%d.%m.%Y %H:%M}",
        )


def _release(order: PaymentOrder, *, at: datetime) -> None:
    promised = promises.of_order(order, at=at)
    promises.keep(order, promised)
    order.status, order.released_at, order.execute_on = OrderStatus.RELEASED, at, promised.execute_on
    if not promises.is_chosen(order, promised):
        order.hold_id = execution.reserve(order, at=at).pk
    order.save(update_fields=["status", "released_at", "execute_on", "hold_id"])
    audit.record(
        "payments.order.released",
        actor=audit.Actor(name="clock", role="system", company_id=str(order.company_id)),
        at=at,
        subject=f"order:{order.pk}",
        details={"execute_on": promised.execute_on.isoformat()},
    )
    transaction.on_commit(lambda: execution.hurry(order.pk))

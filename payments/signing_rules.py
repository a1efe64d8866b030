"""How many others sign a company's orders: fewer takes two of staff, more is set at once.

From a day on, today at the earliest. Orders that were submitted keep their own number (`PaymentOrder.other_signers`).
"""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, four_eyes, mandates
from accounts.models import Company, Proposal
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import selectors
from payments.limit_changes import RuleBeginsInThePast
from payments.models import ApprovalRule

SIGNERS = "payment.signers"


class SignersAreInForce(Refusal):
    sentence = _("Ky rregull vlen tashmë nga kjo ditë. Nuk ka çfarë të ndryshohet.")


class FewerTakesTwoPeople(Refusal):
    sentence = _("Më pak nënshkrues kërkon miratimin e një kolegu. Provoni përsëri.")


class TooFewSigners(Refusal):
    """Facts: there."""

    sentence = _(
        "Kompania ka %(there)s nënshkrues, prandaj asnjë urdhër i saj nuk do të lëshohej. Shtoni më parë nënshkrues."
    )


def set_signers(
    *, company: Company, other_signers: int, valid_from: date, reason: str, actor: audit.Actor, at: datetime
) -> ApprovalRule | Proposal:
    """Fewer than on that day waits for a colleague; more holds at once. Refuses a day that has passed."""
    now = selectors.other_signers(company, on=valid_from)
    _require_change(other_signers, now, valid_from, at)
    if other_signers > now:
        return ask_more(
            company=company, other_signers=other_signers, valid_from=valid_from, reason=reason, actor=actor, at=at
        )
    return four_eyes.propose(
        kind=SIGNERS,
        subject=f"company:{company.pk}",
        company=company,
        old={"other_signers": now},
        new={"other_signers": other_signers, "valid_from": valid_from.isoformat()},
        reason=reason,
        actor=actor,
        at=at,
    )


@verb("payments.signers.raised")
def ask_more(
    *, company: Company, other_signers: int, valid_from: date, reason: str, actor: audit.Actor, at: datetime
) -> ApprovalRule:
    """Ask for more signers, at once. Refuses fewer, and more than the company has."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    now = selectors.other_signers(company, on=valid_from)
    _require_change(other_signers, now, valid_from, at)
    if other_signers < now:
        raise FewerTakesTwoPeople
    there = mandates.in_force(at).filter(company=company, may_sign=True).count()
    if other_signers > there:
        raise TooFewSigners(there=there)
    return _put("payments.signers.raised", company, other_signers, now, valid_from, actor, at, reason)


def _ask_fewer(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    company = Company.objects.select_for_update(no_key=True).get(pk=proposal.company or "")
    valid_from = date.fromisoformat(proposal.new["valid_from"])
    now = selectors.other_signers(company, on=valid_from)
    if now != proposal.old["other_signers"]:
        raise four_eyes.Stale
    wanted = proposal.new["other_signers"]
    _require_change(wanted, now, valid_from, at)
    _put("payments.signers.lowered", company, wanted, now, valid_from, actor, at, proposal.reason)


def _require_change(wanted: int, now: int, valid_from: date, at: datetime) -> None:
    if valid_from < clock.tirana_day(at):
        raise RuleBeginsInThePast
    if wanted == now:
        raise SignersAreInForce


def _put(
    event: str,
    company: Company,
    wanted: int,
    now: int,
    valid_from: date,
    actor: audit.Actor,
    at: datetime,
    reason: str,
) -> ApprovalRule:
    row, _is_new = ApprovalRule.objects.update_or_create(
        company=company, valid_from=valid_from, defaults={"other_signers": wanted}
    )
    details = {"company": company.pk, "valid_from": valid_from, "before": now, "after": wanted}
    audit.record(event, actor=actor, at=at, subject=f"signers:{row.pk}", reason=reason, details=details)
    return row


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    return [
        (_("Nënshkrues të tjerë"), str(proposal.old["other_signers"]), str(proposal.new["other_signers"])),
        (_("Vlen nga"), "", f"{date.fromisoformat(proposal.new['valid_from']):%d.%m.%Y}"),
    ]


four_eyes.register(
    SIGNERS, apply=_ask_fewer, title=_("Më pak nënshkrues"), permission="payments.set_signers", present=_in_words
)

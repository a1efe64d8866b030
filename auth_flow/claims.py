"""Who says she is whom, and by which card: judged with the same questions and the same work for everybody.

Moments are the machine's clock; the life of a card is told by the bank's.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable
from django.db.models import Q

from accounts import clock
from accounts.models import Card, Mandate, User
from accounts.proofs import proof_of_card
from auth_flow import permits
from auth_flow.models import AccessBlock, LoginAttempt


@dataclass(frozen=True, slots=True)
class Claim:
    """What was typed in the first step, in normal form: `digits` are a card's last, `expires_on` its last day.

    Both are empty where a permit of the contact centre stands for the card.
    """

    customer_number: str
    nipt: str
    digits: str = ""
    expires_on: date | None = None


def named_by(claim: Claim) -> Mandate | None:
    """The pair's mandate, in force or not: whether it holds is told once she has proved who she is."""
    pairs = Mandate.objects.select_related("user__person", "company")
    return pairs.filter(user__person__customer_number=claim.customer_number, company__nipt=claim.nipt).first()


def why_not(
    kind: LoginAttempt.Kind, mandate: Mandate | None, claim: Claim, at: datetime, lane: str | None = None
) -> str:
    """The true reason, for the case; empty when all is right. The database is asked the same of everybody."""
    user = mandate.user if mandate else None
    is_hers = _is_a_card(mandate, claim, clock.tirana_day(at + clock.offset()))
    permit = permits.live(user.pk if user else 0, at) if kind == LoginAttempt.Kind.RECOVERY else None
    stands_blocked = is_blocked(user, lane)
    if user is None:
        return "unknown_pair"
    is_registered = is_password_usable(user.password)
    reasons = {
        "no_permit": not claim.digits and permit is None,
        "wrong_card": bool(claim.digits) and not is_hers,
        "closed_access": not user.is_active or user.kind != User.Kind.CUSTOMER,
        "blocked": stands_blocked,
        "no_phone": not (user.person and user.person.phone),
        "registered_already": kind == LoginAttempt.Kind.REGISTRATION and is_registered,
        "not_registered": kind == LoginAttempt.Kind.RECOVERY and not is_registered,
    }
    return next((why for why, applies in reasons.items() if applies), "")


def _is_a_card(mandate: Mandate | None, claim: Claim, today: date) -> bool:
    """Whether a live card of the person or of the company fits; as many hashes for nobody, and for no card."""
    person = mandate.user.person if mandate else None
    company = mandate.company if mandate else None
    digits, month = claim.digits or "0" * settings.CARD_DIGITS_ASKED, claim.expires_on or today
    wanted = [proof_of_card(owner, digits, month) for owner in (person, company)]
    owned = Q(person=person.pk if person else 0) | Q(company=company.pk if company else 0)
    cards = Card.objects.filter(owned, status=Card.Status.ACTIVE, expires_on__gte=today)
    known = list(cards.values_list("proof", flat=True))
    return any(secrets.compare_digest(proof, one) for proof in known for one in wanted)


def is_blocked(user: User | None, lane: str | None = None) -> bool:
    """Whether she may not come in through this lane, as the door judges it; through any, where none is named."""
    standing = AccessBlock.objects.filter(user=user.pk if user else 0, lifted_at=None)
    return (standing if lane is None else standing.filter(Q(lane="") | Q(lane=lane))).exists()

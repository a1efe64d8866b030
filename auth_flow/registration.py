"""Registration (R04, R06, R15-R19): card and FNP prove who she is, then she hears what is missing, or makes a password.

She is not signed in by it: a normal sign-in follows. All moments are the machine's clock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, mandates
from accounts.models import Activation, Agreement, Company, Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import endings, passwords, proofs
from auth_flow.models import LoginAttempt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What each missing thing is called on the page; shown only to whoever proved who she is.
MISSING: "dict[str, StrOrPromise]" = {
    "company_not_active": _("Kompania nuk është më klient aktiv i bankës."),
    "mandate_not_in_force": _("E drejta juaj për këtë kompani nuk vlen sot."),
    "no_agreement": _("Kompania nuk ka nënshkruar ende marrëveshjen KSHBB, ose ajo nuk vlen më."),
    "no_activation": _("Mungojnë dokumentet për aktivizimin e shërbimit për ju dhe këtë kompani."),
}


class SomethingMissing(Refusal):
    """She is who she says, and may not register yet. `missing` holds keys of MISSING. Fact: reference."""

    sentence = _("Nuk mund të regjistroheni ende. Telefononi bankën dhe thoni referencën %(reference)s.")

    def __init__(self, *, reference: str, missing: list[str]) -> None:
        super().__init__(reference=reference)
        self.reference = reference
        self.missing = missing


class TermsNotAccepted(Refusal):
    sentence = _("Për t’u regjistruar, pranoni kushtet e përdorimit.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What she accepts: the agreement that her company signed."""

    company: Company
    version: str
    signed_on: date


def check_code(*, attempt: LoginAttempt, code: str, at: datetime) -> proofs.Step:
    """Step two; then what is missing is named. Refuses what proofs.check_code refuses, and SomethingMissing."""
    step = proofs.check_code(attempt=attempt, code=code, at=at)
    mandate = step.attempt.mandate
    assert mandate is not None, "a card names a mandate"
    missing = missing_for(mandate, at=at)
    if missing:
        endings.end(step.attempt, "", at=at)
        reference = proofs.open_case(
            user=mandate.user,
            why=",".join(missing)[:60],
            network=attempt.network,
            identity=attempt.identity,
            at=at,
        )
        raise SomethingMissing(reference=reference, missing=missing)
    return step


def missing_for(mandate: Mandate, *, at: datetime) -> list[str]:
    """What stands between this mandate and its registration (R15-R18), as keys of MISSING; by the bank's clock."""
    bank_at = at + clock.offset()
    missing = []
    if mandate.company.status != Company.Status.ACTIVE:
        missing.append("company_not_active")
    elif not mandates.in_force(bank_at).filter(pk=mandate.pk).exists():
        missing.append("mandate_not_in_force")
    if agreement_of(mandate.company, clock.tirana_day(bank_at)) is None:
        missing.append("no_agreement")
    if not Activation.objects.filter(mandate=mandate, documents_on__lte=clock.tirana_day(bank_at)).exists():
        missing.append("no_activation")
    return missing


def agreement_of(company: Company, day: date) -> Agreement | None:
    """The agreement in force on this day, the last signed one."""
    holds = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Agreement.objects.filter(holds, company=company, signed_on__lte=day).order_by("-signed_on", "-pk").first()


def terms_of(attempt: LoginAttempt, *, at: datetime) -> Terms | None:
    """What the last step shows; None when the agreement has ended meanwhile."""
    assert attempt.mandate is not None, "a card names a mandate"
    company = attempt.mandate.company
    agreement = agreement_of(company, clock.tirana_day(at + clock.offset()))
    return Terms(company, agreement.version, agreement.signed_on) if agreement else None


def choose_password(*, attempt: LoginAttempt, new: str, accepts_terms: bool, at: datetime) -> None:
    """Step three, the last: her first password, which nobody but she ever knew (R24).

    Refuses terms not accepted, a password that breaks a rule, and an attempt that is over or no longer eligible.
    """
    assert attempt.user is not None, "a card names a user"
    if not accepts_terms:
        raise TermsNotAccepted
    passwords.require_allowed(new, attempt.user)
    made = passwords.hashed(new)
    _register(attempt_id=attempt.id, key_hash=attempt.key_hash, made=made, attempt=attempt, at=at)


@verb("auth.registration.done")
def _register(*, attempt_id: UUID, key_hash: str, made: str, attempt: LoginAttempt, at: datetime) -> None:
    proved = proofs.proven(attempt_id=attempt_id, key_hash=key_hash, kind=proofs.REGISTRATION, at=at)
    terms = terms_of(proved, at=at)
    assert proved.user is not None, "a card names a user"
    assert proved.mandate is not None, "a card names a mandate"
    if terms is None or missing_for(proved.mandate, at=at):
        raise proofs.ProofExpired
    passwords.set_password(user=proved.user, made=made, through=passwords.REGISTRATION, at=at)
    audit.record(
        "auth.registration.done",
        actor=audit.actor_of(proved.mandate),
        at=at,
        subject=f"sign_in:{attempt_id}",
        details={
            "terms_accepted": terms.version,
            "terms_signed_on": terms.signed_on.isoformat(),
            "network": proved.network,
            "browser": proved.browser,
        },
    )

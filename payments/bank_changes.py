"""Banks by the figures of their IBANs: a new one, and another name or BIC, take two of staff; money is sent by them.

None is ever removed, since orders were labelled by it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, four_eyes
from accounts.models import Proposal
from accounts.refusals import Refusal
from payments.models import ParticipantBank

BANK = "payment.bank"
# So many signs of a BIC name the bank; three more may name an office.
BIC_OF_A_BANK = 8


class BankIsKnown(Refusal):
    sentence = _("Një bankë me këtë kod gjendet tashmë. Hapeni atë dhe ndryshojeni.")


class BicIsTaken(Refusal):
    """Fact: bank."""

    sentence = _(
        "Ky BIC është i bankës %(bank)s. Dy banka me një BIC nuk dallohen kur sjellin para: hiqeni më parë atje, ose "
        "lëreni bosh këtu."
    )


class BankIsOurs(Refusal):
    sentence = _("Ky është kodi i bankës sonë. Këtu mbahen vetëm bankat e tjera.")


class BankIsTheSame(Refusal):
    sentence = _("Të dhënat e bankës janë tashmë këto. Nuk ka çfarë të ndryshohet.")


@dataclass(frozen=True, slots=True)
class BankFacts:
    """What is kept of a bank beside its code; an empty BIC is none."""

    name: str
    bic: str
    source: str

    @classmethod
    def of(cls, bank: ParticipantBank) -> "BankFacts":
        return cls(bank.name, bank.bic, bank.source)


def propose_new(*, code: str, facts: BankFacts, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Refuses our own code, one that is taken, and another bank's BIC."""
    if code == settings.BANK["code"]:
        raise BankIsOurs
    if ParticipantBank.objects.filter(pk=code).exists():
        raise BankIsKnown
    return _propose(code, {}, facts, reason=reason, actor=actor, at=at)


def propose_change(
    *, bank: ParticipantBank, facts: BankFacts, reason: str, actor: audit.Actor, at: datetime
) -> Proposal:
    """Refuses no change at all, and another bank's BIC."""
    now = BankFacts.of(bank)
    if facts == now:
        raise BankIsTheSame
    return _propose(bank.code, asdict(now), facts, reason=reason, actor=actor, at=at)


def _propose(
    code: str, old: dict[str, Any], facts: BankFacts, *, reason: str, actor: audit.Actor, at: datetime
) -> Proposal:
    _require_own_bic(code, facts.bic)
    return four_eyes.propose(
        kind=BANK, subject=f"participant:{code}", old=old, new=asdict(facts), reason=reason, actor=actor, at=at
    )


def _apply(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    code = proposal.subject.partition(":")[2]
    bank = ParticipantBank.objects.select_for_update().filter(pk=code).first()
    if (asdict(BankFacts.of(bank)) if bank else {}) != proposal.old:
        raise four_eyes.Stale
    _require_own_bic(code, proposal.new["bic"])
    ParticipantBank.objects.update_or_create(code=code, defaults=proposal.new)
    details = {"before": proposal.old, "after": proposal.new}
    event = "payments.bank.changed" if bank else "payments.bank.added"
    audit.record(event, actor=actor, at=at, subject=proposal.subject, reason=proposal.reason, details=details)


def _require_own_bic(code: str, bic: str) -> None:
    if not bic:
        return
    other = ParticipantBank.objects.exclude(pk=code).filter(bic__startswith=bic[:BIC_OF_A_BANK]).first()
    if other is not None:
        raise BicIsTaken(bank=str(other))


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    old, new = proposal.old, proposal.new
    labels = (("name", _("Banka")), ("bic", "BIC"), ("source", _("Burimi")))
    return [
        (_("Kodi"), "", proposal.subject.partition(":")[2]),
        *((label, old.get(name, ""), new[name]) for name, label in labels),
    ]


def _about(proposal: Proposal) -> str:
    """A bank that is not in the table yet."""
    return f"{proposal.new['name']} ({proposal.subject.partition(':')[2]})"


four_eyes.register(
    BANK,
    apply=_apply,
    title=_("Bankë pjesëmarrëse"),
    permission="payments.change_participantbank",
    present=_in_words,
    about=_about,
)

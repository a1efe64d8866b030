"""Schemes of the budget as staff keep them: what pays under one takes two people, from the first day to every change.

A scheme changes by a proposal that shows it whole, payee and fields; so does putting one in use. Until it comes in use
for the first time one person writes it down and corrects it, since nobody can pay by it; withdrawing it holds at once.
What a colleague compares with is thus what a colleague has approved.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, four_eyes
from accounts.identifiers import check_iban, group_iban
from accounts.models import Proposal
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import banks, pictures
from payments.budget import REMITTANCE_MAX
from payments.models import BudgetField, BudgetScheme

SCHEME = "payment.scheme"
VALUE_MAX = 35  # of a field without a picture
FIELD = "field."


class SchemeIsKnown(Refusal):
    sentence = _("Një skemë me këtë kod gjendet tashmë. Hapeni atë, ose shkruani një kod tjetër.")


class SchemeIsTheSame(Refusal):
    sentence = _("Skema është tashmë kështu. Nuk ka çfarë të ndryshohet.")


class ExampleDoesNotFit(Refusal):
    sentence = _("Shembulli nuk i përshtatet shabllonit të fushës. Ndreqni njërin prej tyre.")


class SchemePaysHere(Refusal):
    sentence = _(
        "Ky IBAN është i bankës sonë, ndërsa pagesat për buxhetin dalin te një bankë tjetër. Shkruani IBAN-in e saj."
    )


class PictureIsNotWritable(Refusal):
    sentence = _(
        "Shablloni ka një shenjë që klienti nuk e shkruan dot. Përdorni #, @, *, shkronja të mëdha A–Z, shifra dhe "
        ". , - / ( ) +, pa hapësira."
    )


class CodesDoNotFit(Refusal):
    """Facts: longest, at_most."""

    sentence = _(
        "Fushat e plotësuara mund të arrijnë %(longest)s shenja, ndërsa institucioni lexon %(at_most)s. Jepuni "
        "shabllone më të shkurtra ose hiqni një fushë."
    )


class FieldIsKnown(Refusal):
    sentence = _("Skema ka tashmë një fushë me këtë kod. Ndryshojeni atë, ose shkruani një kod tjetër.")


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One field as it is asked; see `BudgetField`."""

    label: str
    picture: str = ""
    example: str = ""
    help_text: str = ""
    is_required: bool = True
    position: int = 0


@dataclass(frozen=True, slots=True)
class SchemeFacts:
    """All that a scheme says, with its fields by code; the code itself never changes."""

    group: str
    name: str
    beneficiary_name: str
    beneficiary_iban: str
    currency: str = "ALL"
    is_active: bool = False
    fields: Mapping[str, FieldFacts] = field(default_factory=dict)

    @classmethod
    def of(cls, scheme: BudgetScheme) -> "SchemeFacts":
        rows = scheme.fields.all()
        asked = {row.code: FieldFacts(**{name: getattr(row, name) for name in FIELD_COLUMNS}) for row in rows}
        return cls(**{name: getattr(scheme, name) for name in SCHEME_COLUMNS}, fields=asked)

    def as_json(self) -> dict[str, Any]:
        """Flat but for the fields, each a list under its own key."""
        own = {name: getattr(self, name) for name in SCHEME_COLUMNS}
        return own | {f"{FIELD}{code}": list(asdict(one).values()) for code, one in self.fields.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "SchemeFacts":
        asked = {key.removeprefix(FIELD): FieldFacts(*one) for key, one in values.items() if key.startswith(FIELD)}
        return cls(**{name: values[name] for name in SCHEME_COLUMNS}, fields=asked)


FIELD_COLUMNS = tuple(one.name for one in fields(FieldFacts))
SCHEME_COLUMNS = tuple(one.name for one in fields(SchemeFacts) if one.name != "fields")


@verb("payments.scheme.added")
def add(*, code: str, facts: SchemeFacts, source: str, actor: audit.Actor, at: datetime) -> BudgetScheme:
    """Write a new scheme down; nobody can pay by it yet. Refuses a code that is taken, and an IBAN of this bank."""
    _require_elsewhere(facts)
    own = {name: getattr(facts, name) for name in SCHEME_COLUMNS} | {"is_active": False, "source": source}
    scheme, is_new = BudgetScheme.objects.get_or_create(code=code, defaults=own)
    if not is_new:
        raise SchemeIsKnown
    details = replace(facts, is_active=False).as_json()
    audit.record("payments.scheme.added", actor=actor, at=at, subject=f"scheme:{scheme.pk}", details=details)
    return scheme


def change(
    *, scheme: BudgetScheme, facts: SchemeFacts, reason: str, actor: audit.Actor, at: datetime
) -> BudgetScheme | Proposal:
    """What is, was or comes in use waits for a colleague; a draft, and a withdrawal, are written at once.

    Refuses no change at all, an IBAN of this bank, a picture that nobody can write, an example that does not fit its
    picture, and fields that together could be cut; but never to withdraw a scheme.
    """
    now = SchemeFacts.of(scheme)
    if facts == now:
        raise SchemeIsTheSame
    is_withdrawal = facts == replace(now, is_active=False)
    if not is_withdrawal:
        _require_elsewhere(facts)
        _require_fields(facts.fields.values())
    if is_withdrawal or not (facts.is_active or now.is_active or _was_in_use(scheme)):
        return correct(scheme_id=scheme.pk, facts=facts, seen=now, reason=reason, actor=actor, at=at)
    return four_eyes.propose(
        kind=SCHEME,
        subject=f"scheme:{scheme.pk}",
        old=now.as_json(),
        new=facts.as_json(),
        reason=reason,
        actor=actor,
        at=at,
    )


@verb("payments.scheme.corrected")
def correct(
    *, scheme_id: str, facts: SchemeFacts, seen: SchemeFacts, reason: str, actor: audit.Actor, at: datetime
) -> BudgetScheme:
    """Change a scheme that was never in use, or withdraw one that is. Refuses (Stale) one that is no longer as seen."""
    scheme = BudgetScheme.objects.select_for_update().get(pk=scheme_id)
    if SchemeFacts.of(scheme) != seen:
        raise four_eyes.Stale
    assert not facts.is_active, "what comes in use is proposed"
    event = "payments.scheme.withdrawn" if scheme.is_active else "payments.scheme.corrected"
    return _put(event, scheme, facts, actor, at, reason)


def _apply(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    scheme = BudgetScheme.objects.select_for_update().get(pk=proposal.subject.partition(":")[2])
    if SchemeFacts.of(scheme).as_json() != proposal.old:
        raise four_eyes.Stale
    _put("payments.scheme.changed", scheme, SchemeFacts.from_json(proposal.new), actor, at, proposal.reason)


def _was_in_use(scheme: BudgetScheme) -> bool:
    approved = Proposal.objects.filter(kind=SCHEME, subject=f"scheme:{scheme.pk}", status=Proposal.Status.APPLIED)
    return approved.exists()


def _require_elsewhere(facts: SchemeFacts) -> None:
    """No order for the budget reaches a payee in our own books (`wishes.require_payee`)."""
    if banks.is_ours(check_iban(facts.beneficiary_iban)):
        raise SchemePaysHere


def _require_fields(asked: Collection[FieldFacts]) -> None:
    if not all(pictures.is_writable(one.picture) for one in asked):
        raise PictureIsNotWritable
    examples = ((one.picture, pictures.normal(one.picture, one.example)) for one in asked if one.example)
    if not all(pictures.fits(picture, example) for picture, example in examples):
        raise ExampleDoesNotFit
    longest = sum(len(one.picture) or VALUE_MAX for one in asked) + max(0, len(asked) - 1)
    if longest > REMITTANCE_MAX:
        raise CodesDoNotFit(longest=longest, at_most=REMITTANCE_MAX)


def _put(
    event: str, scheme: BudgetScheme, facts: SchemeFacts, actor: audit.Actor, at: datetime, reason: str
) -> BudgetScheme:
    before = SchemeFacts.of(scheme).as_json()
    for name in SCHEME_COLUMNS:
        setattr(scheme, name, getattr(facts, name))
    scheme.save(update_fields=SCHEME_COLUMNS)
    for code, one in facts.fields.items():
        BudgetField.objects.update_or_create(scheme=scheme, code=code, defaults=asdict(one))
    scheme.fields.exclude(code__in=facts.fields).delete()
    details = {"before": before, "after": facts.as_json()}
    audit.record(event, actor=actor, at=at, subject=f"scheme:{scheme.pk}", reason=reason, details=details)
    return scheme


# --- In words --------------------------------------------------------------------------------------------------------


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    old, new = SchemeFacts.from_json(proposal.old), SchemeFacts.from_json(proposal.new)
    rows: list[four_eyes.Row] = [
        (_("Emri"), old.name, new.name),
        (_("Grupi"), _group(old), _group(new)),
        (_("Përfituesi"), old.beneficiary_name, new.beneficiary_name),
        (_("IBAN i përfituesit"), group_iban(old.beneficiary_iban), group_iban(new.beneficiary_iban)),
        (_("Monedha"), old.currency, new.currency),
        (_("Në përdorim"), _yes(old.is_active), _yes(new.is_active)),
    ]
    for code in dict.fromkeys([*old.fields, *new.fields]):
        rows.append((code, _field(old.fields.get(code)), _field(new.fields.get(code))))
    return rows


def _group(facts: SchemeFacts) -> str:
    return str(BudgetScheme.Group(facts.group).label)


def _field(one: FieldFacts | None) -> str:
    if one is None:
        return ""
    needed = str(_("e detyrueshme")) if one.is_required else str(_("jo e detyrueshme"))
    parts = (f"{one.position}.", one.label, one.picture and f"[{one.picture}]", one.example, needed, one.help_text)
    return " · ".join(part for part in parts if part)


def _yes(value: bool) -> str:
    return str(_("po")) if value else str(_("jo"))


four_eyes.register(
    SCHEME,
    apply=_apply,
    title=_("Skemë buxhetore"),
    permission="payments.keep_schemes",
    present=_in_words,
)

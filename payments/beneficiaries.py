"""The payee book of a company: add, edit, remove. Who may prepare orders keeps it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.identifiers import check_iban
from accounts.models import Company, Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import banks, name_checks, orders, payee_names, payee_notices, payees
from payments.models import Beneficiary
from payments.payee_names import Likeness


class NoSuchBeneficiary(Refusal):
    """Also for another company's: it is as if it did not exist."""

    sentence = _("Ky përfitues nuk gjendet më. Shihni listën e përfituesve.")


class BeneficiaryStandsThere(Refusal):
    """Facts: name, under which this IBAN stands in the book."""

    sentence = _("Ky IBAN është tashmë te përfituesit, me emrin %(name)s. Ndryshojeni atë, ose shkruani një tjetër.")


class NoSuchPayeeHere(Refusal):
    sentence = _("Ky IBAN është i bankës sonë, por llogaria nuk gjendet. Kontrollojeni me përfituesin.")


class Kept(NamedTuple):
    """An entry as it stands, how its name fits where our own bank can tell, and whether its IBAN took the place of
    another of the same name."""

    beneficiary: Beneficiary
    likeness: Likeness | None
    has_other_iban: bool = False


@verb("payments.beneficiary.added")
def add(*, mandate: Mandate, name: str, iban: str, nickname: str, at: datetime) -> Kept:
    """Put a payee into the book. Refuses orders.MayNotPrepare, BeneficiaryStandsThere and NoSuchPayeeHere."""
    mandate = _keeper(mandate, at=at)
    iban = check_iban(iban).value
    if payees.is_in_book(mandate.company, iban):
        raise _stands_there(mandate, iban)
    made = payees.keep(mandate=mandate, name=name, iban=iban, nickname=nickname, at=at)
    before = payees.known_iban(mandate.company, name, besides=iban)
    return Kept(made, _checked(mandate, name, iban, at), has_other_iban=bool(before))


@verb("payments.beneficiary.changed")
def edit(*, beneficiary_id: UUID, mandate: Mandate, name: str, iban: str, nickname: str, at: datetime) -> Kept:
    """Change an entry; another IBAN is a new payee for the cool-off. Refuses as `add`, and NoSuchBeneficiary."""
    mandate = _keeper(mandate, at=at)
    row = _taken(beneficiary_id, mandate)
    iban = check_iban(iban).value
    before = {"name": row.name, "iban": row.iban, "nickname": row.nickname}
    after = {"name": name, "iban": iban, "nickname": nickname}
    if after == before:
        return Kept(row, None)
    is_same_payee, is_new_iban = (name, iban) == (row.name, row.iban), iban != row.iban
    if is_new_iban:
        if payees.is_in_book(mandate.company, iban):
            raise _stands_there(mandate, iban)
        row.previous_iban, row.iban, row.iban_since = row.iban, iban, at
    row.name, row.name_key, row.nickname = name, payee_names.key(name), nickname
    row.save(update_fields=["name", "name_key", "nickname", "iban", "previous_iban", "iban_since"])
    audit.record(
        "payments.beneficiary.changed",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"beneficiary:{row.pk}",
        details={"before": before, "after": after},
    )
    if is_new_iban:
        payee_notices.tell(row, by=mandate, before=before["iban"], at=at)
    return Kept(row, None if is_same_payee else _checked(mandate, name, iban, at), has_other_iban=is_new_iban)


@verb("payments.beneficiary.removed")
def remove(*, beneficiary_id: UUID, mandate: Mandate, at: datetime) -> None:
    """Take a payee out of the book; orders that name it stay as they are. Refuses as `edit`."""
    mandate = _keeper(mandate, at=at)
    row = _taken(beneficiary_id, mandate)
    row.removed_at, row.removed_by = at, mandate.user
    row.save(update_fields=["removed_at", "removed_by"])
    audit.record(
        "payments.beneficiary.removed",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"beneficiary:{row.pk}",
        details={"name": row.name, "iban": row.iban},
    )


def _keeper(mandate: Mandate, *, at: datetime) -> Mandate:
    """Who may keep the book, with her company locked: one hand at a time writes in it."""
    mandate = orders.acting(mandate, at=at)
    if not mandate.may_prepare:
        raise orders.MayNotPrepare
    Company.objects.select_for_update(no_key=True).get(pk=mandate.company_id)
    return mandate


def _taken(beneficiary_id: UUID, mandate: Mandate) -> Beneficiary:
    row = payees.locked(mandate.company, beneficiary_id)
    if row is None:
        raise NoSuchBeneficiary
    return row


def _stands_there(mandate: Mandate, iban: str) -> Refusal:
    stands = payees.book(mandate.company).get(iban=iban)
    return BeneficiaryStandsThere(name=stands.nickname or stands.name)


def _checked(mandate: Mandate, name: str, iban: str, at: datetime) -> Likeness | None:
    if not banks.is_ours(check_iban(iban)):
        return None
    if not name_checks.is_here(iban):
        raise NoSuchPayeeHere
    return name_checks.check(mandate=mandate, iban=iban, name=name, at=at)

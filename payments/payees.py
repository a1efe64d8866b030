"""The payee book of a company: reads, and the step by which other verbs of this room put a payee into it."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts import audit
from accounts.identifiers import normalise_iban
from accounts.models import Company, Mandate
from payments import payee_names, payee_notices
from payments.models import Beneficiary


def book(company: Company, *, search: str = "") -> QuerySet[Beneficiary]:
    """The company's payees by name; `search` is a part of a name, of a nickname or of an IBAN."""
    rows = Beneficiary.objects.filter(company=company, removed_at=None).order_by("name", "created_at")
    words = " ".join(search.split())
    if not words:
        return rows
    found = Q(name__icontains=words) | Q(nickname__icontains=words) | Q(iban__contains=normalise_iban(words))
    plain = payee_names.key(words)
    return rows.filter(found | Q(name_key__contains=plain) if plain else found)


def entry(company: Company, beneficiary_id: UUID) -> Beneficiary | None:
    """One payee of this company's book; None for anybody else's and for one that was removed."""
    return Beneficiary.objects.filter(company=company, pk=beneficiary_id, removed_at=None).first()


def locked(company: Company, beneficiary_id: UUID) -> Beneficiary | None:
    """The same under its row's lock."""
    return Beneficiary.objects.select_for_update().filter(company=company, pk=beneficiary_id, removed_at=None).first()


def is_in_book(company: Company, iban: str) -> bool:
    return Beneficiary.objects.filter(company=company, iban=iban, removed_at=None).exists()


def known_iban(company: Company, name: str, *, besides: str) -> str:
    """The IBAN under which this name stands in the book or stood there last, other than `besides`; empty where none."""
    rows = Beneficiary.objects.filter(company=company, name_key=payee_names.key(name)).exclude(iban=besides)
    latest = rows.order_by(F("removed_at").desc(nulls_first=True), "-iban_since")
    return latest.values_list("iban", flat=True).first() or ""


def keep(*, mandate: Mandate, name: str, iban: str, nickname: str = "", at: datetime) -> Beneficiary:
    """Put a payee into the book, in the caller's transaction, and tell its signers; where its IBAN stands there, that
    entry as it is."""
    made, is_new = Beneficiary.objects.get_or_create(
        company=mandate.company,
        iban=iban,
        removed_at=None,
        defaults={
            "name": name,
            "name_key": payee_names.key(name),
            "nickname": nickname,
            "created_by": mandate.user,
            "created_at": at,
            "iban_since": at,
        },
    )
    if is_new:
        audit.record(
            "payments.beneficiary.added",
            actor=audit.actor_of(mandate),
            at=at,
            subject=f"beneficiary:{made.pk}",
            details={"name": name, "iban": iban, "nickname": nickname},
        )
        before = known_iban(mandate.company, name, besides=iban)
        payee_notices.tell(made, by=mandate, before=before, at=at)
    return made

"""Does a typed name fit the owner of an account of this bank? The answer is a word, never the owner's name.

Each question is a row; a user may ask only so many an hour, so that nobody learns names by trying. The same question
of the same company is answered from its row for a day, and the row is forgotten at night after NAME_CHECKS_KEPT_DAYS.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from accounts import audit
from accounts.models import BankAccount, Mandate, User
from payments import payee_names
from payments.models import NameCheck
from payments.payee_names import Likeness

AN_HOUR = timedelta(hours=1)
ANSWER_HOLDS = timedelta(hours=24)


def check(*, mandate: Mandate, iban: str, name: str, at: datetime) -> Likeness | None:
    """How a name fits the owner of this account, in the caller's transaction; audited.

    None where there is no such account here, or where this user has asked too often within the hour. Locks the
    user's row, after the order's.
    """
    known = _asked(mandate.company_id, iban, name).filter(checked_at__gt=at - ANSWER_HOLDS).first()
    if known:
        return Likeness(known.answer)
    owner = _owner(iban)
    if owner is None:
        return None
    user = User.objects.select_for_update(no_key=True).get(pk=mandate.user_id)
    asked = NameCheck.objects.filter(user=user, checked_at__gt=at - AN_HOUR).count()
    may_ask = asked < settings.NAME_CHECKS_PER_HOUR
    answer = payee_names.likeness(name, owner) if may_ask else None
    if answer:
        NameCheck.objects.create(
            user=user,
            company=mandate.company,
            iban=iban,
            name_key=payee_names.key(name),
            answer=answer,
            checked_at=at,
        )
    audit.record(
        "payments.payee.name_checked",
        actor=audit.actor_of(mandate),
        at=at,
        outcome=audit.DONE if may_ask else audit.REFUSED,
        reason="" if may_ask else "asked_too_often",
        subject=f"iban:{iban}",
        details={"answer": str(answer or "")},
    )
    return answer


def is_here(iban: str) -> bool:
    """Whether an account of this bank takes payments under this IBAN."""
    return _owner(iban) is not None


def forget(before: datetime, most: int) -> int:
    """Answers given before a moment, at most so many; how many went. The database's own function alone removes them."""
    with connection.cursor() as cursor:
        cursor.callproc("forget_name_checks", [before, most])
        return int(cursor.fetchone()[0])


def _asked(company_id: int, iban: str, name: str) -> QuerySet[NameCheck]:
    rows = NameCheck.objects.filter(company=company_id, iban=iban, name_key=payee_names.key(name))
    return rows.order_by("-checked_at")


def _owner(iban: str) -> str | None:
    accounts = BankAccount.objects.filter(iban=iban, kind=BankAccount.Kind.CURRENT)
    account = accounts.exclude(status=BankAccount.Status.CLOSED).select_related("company").first()
    return account.company.name if account and account.company else None

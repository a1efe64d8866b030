"""What customers hold, as the core knows it: accounts and cards. An account opens empty; entries bring its money."""

from datetime import datetime

from django.conf import settings
from django.db.models import Case, When

from accounts import enrolment, proofs
from accounts.core_feed.changes import change, differing
from accounts.core_feed.parties import company_of
from accounts.core_feed.records import CORE, NotTaken, Outcome
from accounts.core_feed.tables import Row
from accounts.identifiers import check_iban
from accounts.models import BankAccount, Card, Company, Person
from accounts.models.core import Reason
from accounts.money import CURRENCIES

# So many digits in a row are a card's number, whatever its check digit says.
WHOLE_CARD_DIGITS_MIN = 12


def take_account(row: Row, *, at: datetime) -> Outcome:
    """Known by its IBAN. Company, currency and overdraft stay; name and status follow the core."""
    iban, company = _own_iban(row), company_of(row)
    currency, name = row.text("currency", 3).upper(), row.text("name", 80)
    overdraft_minor, status = row.optional_minor("overdraft"), row.choice("status", BankAccount.Status)
    if currency not in CURRENCIES:
        raise NotTaken("currency", Reason.CURRENCY)
    found = BankAccount.objects.filter(iban=iban).first()
    account = found or enrolment.open_account(
        company=company,
        iban=iban,
        currency=currency,
        name=name,
        overdraft_minor=overdraft_minor or 0,
        actor=CORE,
        at=at,
    )
    kept = {"nipt": ("company_id", company.pk), "currency": ("currency", currency)}
    kept |= {"overdraft": ("overdraft_minor", overdraft_minor)}
    for column, (name_of_field, value) in kept.items():
        if value is not None and getattr(account, name_of_field) != value:
            raise NotTaken(column, Reason.NEVER_CHANGES)
    is_changed = _bring(account, {"name": name, "status": status}, at=at)
    if found is None:
        return Outcome.ADDED
    return Outcome.CHANGED if is_changed else Outcome.UNCHANGED


def take_card(row: Row, *, at: datetime) -> Outcome:
    """Known by a keyed hash of owner, last digits and month; the digits themselves are not kept. Of one that was
    ended and issued again it is the active one."""
    digits, expires_on = _last_digits(row), row.month("expires")
    owner, status = _owner(row), row.choice("status", Card.Status)
    same = Card.objects.filter(proof=proofs.proof_of_card(owner, digits, expires_on))
    found = same.order_by(Case(When(status=Card.Status.ACTIVE, then=0), default=1), "-pk").first()
    card = found or enrolment.issue_card(owner=owner, card_number_tail=digits, expires_on=expires_on, actor=CORE, at=at)
    is_changed = bool(differing(card, {"status": status}))
    if is_changed:
        change(record=card, wanted={"status": status}, subject=f"card:{card.pk}", at=at)
    if found is None:
        return Outcome.ADDED
    return Outcome.CHANGED if is_changed else Outcome.UNCHANGED


def _own_iban(row: Row) -> str:
    """Of an account at this bank: the ledger keeps no other."""
    iban = row.iban()
    if check_iban(iban).bank_code != str(settings.BANK["code"]):
        raise NotTaken("iban", Reason.IBAN)
    return iban


def _bring(account: BankAccount, wanted: dict[str, object], *, at: datetime) -> bool:
    """Whether the account changed. It closes empty and for good, as the law has it."""
    fields = differing(account, wanted)
    if "status" in fields:
        if account.status == BankAccount.Status.CLOSED:
            raise NotTaken("status", Reason.CLOSED)
        if fields["status"] == BankAccount.Status.CLOSED and (account.balance_minor or account.held_minor):
            raise NotTaken("status", Reason.NOT_EMPTY)
    if fields:
        change(record=account, wanted=wanted, subject=f"account:{account.uuid}", at=at)
    return bool(fields)


def _last_digits(row: Row) -> str:
    found = row.text("last_digits", 40)
    if sum(sign.isdigit() for sign in found) >= WHOLE_CARD_DIGITS_MIN:
        raise NotTaken("last_digits", Reason.CARD_NUMBER)
    if not proofs.is_as_asked(found):
        raise NotTaken("last_digits", Reason.FORMAT)
    return found


def _owner(row: Row) -> Person | Company:
    """A person by customer_number or a company by nipt: exactly one of the two columns is filled in."""
    number, nipt = row.optional_text("customer_number", 40), row.optional_text("nipt", 40)
    if bool(number) == bool(nipt):
        raise NotTaken("customer_number", Reason.FORMAT if number else Reason.MISSING)
    if nipt:
        return company_of(row)
    person = Person.objects.filter(customer_number=row.customer_number()).first()
    if person is None:
        raise NotTaken("customer_number", Reason.UNKNOWN_PERSON)
    return person

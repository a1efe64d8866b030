"""The smallest honest bank: what a test needs, made through the public verbs wherever there is one."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import Model

from accounts import audit, clock, enrolment, ledger, selectors
from accounts.enrolment import PersonFacts
from accounts.identifiers import make_albanian_iban
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, BankDay, Company, Mandate, Person, User
from accounts.models.ledger import Channel, Kind
from payments import order_warnings, orders
from payments.models import ApprovalRule, PaymentOrder
from payments.models.orders import OrderKind

# Friday 20 November 2026, 10:00 in Tirana: a working day, before the cut-off, before a weekend with a feast behind it.
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PASSWORD = "Lule-mali-2026"
OTHER_BANK_IBAN = make_albanian_iban("212", "1100", "0000000235698741")
STAFF = audit.Actor(name="user:branch", role="staff")
SECOND = audit.Actor(name="user:second", role="staff")

_numbers = itertools.count(1)


def unique() -> int:
    """A number that no other call in this process gets; databases belong to one process each."""
    return next(_numbers)


def company(name: str = "", *, other_signers: int = 0, at: datetime = AT) -> Company:
    """A company whose orders need this many signers besides the preparer."""
    number = _fresh(Company, "nipt", lambda n: f"L{n:08d}A")
    made = enrolment.enrol_company(name=name or f"KOMPANIA {number} SHPK", nipt=number, actor=STAFF, at=at)
    ApprovalRule.objects.create(company=made, other_signers=other_signers, valid_from=date(2024, 1, 1))
    return made


def account(company: Company, currency: str = "ALL", *, overdraft_minor: int = 0, at: datetime = AT) -> BankAccount:
    """An empty current account."""
    iban = _fresh(BankAccount, "iban", lambda n: make_albanian_iban("205", "1162", f"9999{n:08d}{currency}1"))
    return enrolment.open_account(
        company=company,
        iban=iban,
        currency=currency,
        name="Llogaria rrjedhëse",
        overdraft_minor=overdraft_minor,
        actor=STAFF,
        at=at,
    )


def funded(company: Company, minor: int, currency: str = "ALL", *, at: datetime = AT) -> BankAccount:
    """A current account with this much on it."""
    made = account(company, currency, at=at)
    credit(made, minor, at=at)
    return BankAccount.objects.get(pk=made.pk)


def credit(account: BankAccount, minor: int, *, at: datetime = AT, text: str = "Arkëtim") -> None:
    """Money from outside, as the bank's core books it; a negative amount takes it away."""
    core = selectors.house_account("core", account.currency)
    facts = Facts(
        kind=Kind.CORE,
        channel=Channel.INTERBANK,
        debtor_name="OMEGA SHPK",
        creditor_name=account.company.name if account.company else "",
        creditor_iban=account.iban or "",
        remittance_information=text,
    )
    ledger.post(
        key=f"test:credit:{account.pk}:{unique()}",
        legs=[Leg(account.pk, minor), Leg(core.pk, -minor)],
        facts=facts,
        value_on=clock.tirana_day(at),
        at=at,
    )


def user(
    company: Company | None = None,
    *,
    prepares: bool = False,
    signs: bool = False,
    password: str = PASSWORD,
    first_name: str = "Elira",
    last_name: str = "Hoxha",
    at: datetime = AT,
) -> User:
    """A customer with a password, and a mandate for the company if one is given."""
    number = _fresh(Person, "customer_number", lambda n: f"{n:09d}")
    made = enrolment.enrol_user(
        facts=PersonFacts(number, first_name, last_name, f"+3556720{int(number) % 100000:05d}", "elira@example.com"),
        actor=STAFF,
        at=at,
    )
    made.set_password(password)
    made.password_changed_at = at
    made.save(update_fields=["password", "password_changed_at"])
    if company:
        mandate(made, company, prepares=prepares, signs=signs, at=at)
    return made


def mandate(user: User, company: Company, *, prepares: bool = True, signs: bool = True, at: datetime = AT) -> Mandate:
    """The right to act for a company, from this day on."""
    enrolment.grant_mandate(user=user, company=company, may_prepare=prepares, may_sign=signs, actor=STAFF, at=at)
    return Mandate.objects.select_related("user__person", "company").get(user=user, company=company)


def mandate_of(user: User) -> Mandate:
    """The user's only mandate."""
    return Mandate.objects.select_related("user__person", "company").get(user=user)


def staff(username: str = "", *, superuser: bool = True, password: str = PASSWORD) -> User:
    """Bank staff; the authenticator is added by the test that needs it."""
    return User.objects.create_staff(username=username or f"staf{unique()}", password=password, is_superuser=superuser)


def wish(account: BankAccount, **changes: object) -> orders.Wish:
    """A domestic transfer of 1.234,50 to another bank."""
    plain = orders.Wish(
        kind=OrderKind.DOMESTIC,
        debit_account=UUID(str(account.uuid)),
        beneficiary_name="BETA NDËRTIM SHPK",
        beneficiary_iban=OTHER_BANK_IBAN,
        amount_minor=123_450,
        description="Fatura 2026/1147",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of Wish, named by the test


def draft(mandate: Mandate, account: BankAccount, *, at: datetime = AT, **changes: object) -> PaymentOrder:
    """A draft, as the form makes it."""
    return orders.prepare(
        mandate=mandate, wish=wish(account, **changes), submit_key=f"test-submit-key-{unique()}", at=at
    )


def submitted(mandate: Mandate, account: BankAccount, *, at: datetime = AT, **changes: object) -> PaymentOrder:
    """An order that waits for its signatures; its preparer has answered for what she was warned of."""
    made = draft(mandate, account, at=at, **changes)
    answered = {one.key for one in order_warnings.findings(made, at=at)}
    return orders.submit(order_id=made.pk, mandate=mandate, version=made.version, answered=answered, at=at)


def _fresh(model: type[Model], column: str, shape: Callable[[int], str]) -> str:
    """A value that no row has yet: rows of committed tests stay in the worker's database."""
    while True:
        value = shape(unique())
        if not model._default_manager.filter(**{column: value}).exists():
            return value


def bank_day(day: date, status: str = "open") -> BankDay:
    """A day of the bank in this state, brought there step by step as the law wants it."""
    made, _ = BankDay.objects.get_or_create(day=day)
    for step in ("closing", "closed")[: ("open", "closing", "closed").index(status)]:
        made.status = step
        made.save(update_fields=["status"])
    return made

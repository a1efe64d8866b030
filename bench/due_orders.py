"""Thousands of orders that are due, in the books within seconds, for the bench and for tests of faults.

Companies, people and mandates come from the verbs; the orders go in by the table, step by step as a single order would,
for every law of the database looks at them: drafted, submitted, signed with a spent code, promised, held, released.
"""

import hashlib
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts import audit, clock, enrolment, ledger, selectors as books
from accounts.enrolment import PersonFacts
from accounts.identifiers import make_albanian_iban
from accounts.ledger import Facts, Item, Leg
from accounts.models import BankAccount, Company, User
from accounts.models.ledger import Channel, Kind
from auth_flow import keys
from auth_flow.models import FnpChallenge, LoginAttempt
from payments import execution, promises, rails, tariffs
from payments.models import ApprovalRule, PaymentOrder, Promise, Signature
from payments.models.orders import OrderKind, OrderStatus

STAFF = audit.Actor(name="bench", role="staff")
OTHER_BANK = make_albanian_iban("212", "1100", "0000000235698741")
CHOSEN_AFTER = timedelta(days=3)
RELEASE = """
UPDATE payments_paymentorder o
   SET status = 'released', released_at = %s, execute_on = p.execute_on, hold_id = h.id
  FROM payments_promise p, (SELECT unnest(%s::uuid[]) AS id) AS made
  LEFT JOIN accounts_hold h ON h.key = 'payments.order:' || made.id
 WHERE o.id = made.id AND p.order_id = o.id
"""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Payer:
    """A company with one account, which asks for a signer besides whoever prepares."""

    company: Company
    account: BankAccount
    preparer: User
    signer: User
    attempt: LoginAttempt


def payers(count: int, *, minor: int, at: datetime) -> list[Payer]:
    """So many new companies with `minor` on their account, in force from the day of `at`."""
    made = [_payer(next(_numbers), at=at) for _each in range(count)]
    core = books.house_account("core", "ALL")
    facts = Facts(kind=Kind.CORE, channel=Channel.INTERBANK, remittance_information="Arkëtim")
    ledger.post_many(
        [
            Item(
                f"bench:credit:{payer.account.pk}",
                [Leg(payer.account.pk, minor), Leg(core.pk, -minor)],
                facts,
                clock.tirana_day(at),
            )
            for payer in made
        ],
        at=at,
    )
    return made


def awaiting(
    made_by: list[Payer],
    each: int,
    *,
    at: datetime,
    kind: str = OrderKind.DOMESTIC,
    amount_minor: int = 50_000_00,
    is_chosen: bool = False,
) -> list[PaymentOrder]:
    """So many orders of each payer that wait for their one signature; payments inside go to the next payer's account.

    The payers take turns, as orders of many companies lie in the table.
    """
    orders = list(_drafts(made_by, each, kind=kind, amount_minor=amount_minor, is_chosen=is_chosen, at=at))
    PaymentOrder.objects.bulk_create(orders, batch_size=1_000)
    ids = [order.pk for order in orders]
    PaymentOrder.objects.filter(pk__in=ids).update(status=OrderStatus.AWAITING, other_signers=1, submitted_at=at)
    return orders


@transaction.atomic
def release(
    made_by: list[Payer],
    each: int,
    *,
    at: datetime,
    kind: str = OrderKind.DOMESTIC,
    amount_minor: int = 50_000_00,
    is_chosen: bool = False,
) -> list[uuid.UUID]:
    """The same, released at this moment; those of a day that the payer chose take no hold."""
    orders = awaiting(made_by, each, at=at, kind=kind, amount_minor=amount_minor, is_chosen=is_chosen)
    _sign(orders, {payer.company.pk: payer for payer in made_by}, at=at)
    _promise(orders, at=at)
    if not is_chosen:
        for order in orders:
            order.execute_on = order.promise.execute_on
            execution.reserve(order, at=at)
    ids = [order.pk for order in orders]
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [at, ids])
    return ids


def _payer(number: int, *, at: datetime) -> Payer:
    company = enrolment.enrol_company(name=f"KOMPANIA {number} SHPK", nipt=f"K{number:08d}B", actor=STAFF, at=at)
    ApprovalRule.objects.create(company=company, other_signers=1, valid_from=clock.tirana_day(at))
    iban = make_albanian_iban("205", "1162", f"8888{number:08d}ALL1")
    account = enrolment.open_account(
        company=company, iban=iban, currency="ALL", name="Llogaria rrjedhëse", actor=STAFF, at=at
    )
    people = []
    for place, (prepares, signs) in enumerate([(True, False), (True, True)]):
        digits = f"{2 * number + place:09d}"
        facts = PersonFacts(f"8{digits[1:]}", "Elira", "Hoxha", f"+3556720{digits[-5:]}", "elira@example.com")
        user = enrolment.enrol_user(facts=facts, actor=STAFF, at=at)
        enrolment.grant_mandate(user=user, company=company, may_prepare=prepares, may_sign=signs, actor=STAFF, at=at)
        people.append(user)
    preparer, signer = people
    return Payer(company, account, preparer, signer, _attempt(signer))


def _attempt(user: User) -> LoginAttempt:
    now = clock.machine()
    return LoginAttempt.objects.create(
        user=user,
        identity=hashlib.sha256(str(user.pk).encode()).hexdigest(),
        key_hash=uuid.uuid4().hex,
        network="198.51.100.1",
        started_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=8),
    )


def _drafts(
    made_by: list[Payer], each: int, *, kind: str, amount_minor: int, is_chosen: bool, at: datetime
) -> Iterator[PaymentOrder]:
    inside = kind in rails.IN_OUR_BOOKS
    key = rails.rule_key(kind=kind, is_urgent=False)
    fee = tariffs.fee(kind=key, currency="ALL", amount_minor=amount_minor, on=clock.tirana_day(at))
    rail = rails.rail_of(kind=kind, currency="ALL", amount_minor=amount_minor, is_urgent=False)
    for _round in range(each):
        for place, payer in enumerate(made_by):
            payee = made_by[(place + 1) % len(made_by)]
            yield PaymentOrder(
                number=f"B-{clock.tirana(at):%Y}-{next(_numbers):08d}",
                company=payer.company,
                kind=kind,
                submit_key=uuid.uuid4().hex,
                debit_account=payer.account,
                currency="ALL",
                amount_minor=amount_minor,
                fee_minor=fee,
                beneficiary_name=payee.company.name if inside else "BETA NDËRTIM SHPK",
                beneficiary_iban=(payee.account.iban or "") if inside else OTHER_BANK,
                description="Fatura 2026/1147",
                requested_on=clock.tirana_day(at + CHOSEN_AFTER) if is_chosen else None,
                rail=rail,
                prepared_by=payer.preparer,
                created_at=at,
            )


def _sign(orders: list[PaymentOrder], of: dict[int, Payer], *, at: datetime) -> None:
    """With codes that were sent to nobody, so long ago that no budget of codes counts them."""
    sent_at = at - timedelta(days=60)
    challenges, signatures = [], []
    for order in orders:
        payer, body = of[order.company_id], order.number.encode()
        challenges.append(
            FnpChallenge(
                nonce=b"0" * 16,
                purpose=FnpChallenge.Purpose.PAYMENT,
                user=payer.signer,
                attempt=payer.attempt,
                subject=f"payments.order:{order.pk}",
                payload_hash=hashlib.sha256(body).digest(),
                phone="+355672000000",
                reference=keys.new_reference(),
                key_id="bench",
                created_at=sent_at,
                expires_at=sent_at,
                attempts_max=1,
                judged_at=sent_at,
                consumed_at=sent_at,
            )
        )
        signatures.append(
            Signature(order=order, user=payer.signer, challenge=challenges[-1].pk, body=body, signed_at=at)
        )
    FnpChallenge.objects.bulk_create(challenges, batch_size=1_000)
    Signature.objects.bulk_create(signatures, batch_size=1_000)


def _promise(orders: list[PaymentOrder], *, at: datetime) -> None:
    promised = promises.of_order(orders[0], at=at)
    for order in orders:
        order.promise = Promise(
            order=order,
            released_at=at,
            cut_off=promised.cut_off,
            execute_on=promised.execute_on,
            reasons=promised.as_facts(),
        )
    Promise.objects.bulk_create([order.promise for order in orders], batch_size=1_000)

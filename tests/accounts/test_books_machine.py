"""Any order of acts: the ledger does what the books in miniature do, and at the end every law of the books holds."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import books_check, books_laws, business_day, clock, day_close, ledger, selectors
from accounts.ledger import Facts, Item, Leg
from accounts.models import BankAccount, BankDay, Hold, Posting
from accounts.models.ledger import Channel, Entry, Kind
from accounts.refusals import Refusal
from tests import builders
from tests.accounts.tiny_books import Account, Reasons, TinyBooks

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OVERDRAFTS = (0, 0, 300_00)
amounts = st.integers(1, 500_00) | st.sampled_from((1, 100_00, 300_00))
customers = st.integers(0, len(OVERDRAFTS) - 1)
choices = st.integers(0, 10**6)


class Books(RuleBasedStateMachine):
    """A bank of three customers; each run begins with a new one and leaves nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole._from_testcase = True  # type: ignore[attr-defined]  # verbs may be durable inside, as in any test
        self.whole.__enter__()
        self.tiny, self.at, self.keys = TinyBooks(), START, 0
        self.postings: list[tuple[Posting, list[Leg]]] = []
        self.reversed: set[int] = set()

    @initialize()
    def open_accounts(self) -> None:
        company = builders.company(at=START)
        made = [builders.account(company, overdraft_minor=overdraft, at=START) for overdraft in OVERDRAFTS]
        self.customers = [account.pk for account in made]
        self.core, self.clearing, self.fees = (
            selectors.house_account(code, "ALL").pk for code in ("core", "clearing-domestic", "fees")
        )
        for pk, overdraft in zip(self.customers, OVERDRAFTS, strict=True):
            self.tiny.accounts[pk] = Account(overdraft=overdraft)
        for house in BankAccount.objects.filter(pk__in=(self.core, self.clearing, self.fees)):
            self.tiny.accounts[house.pk] = Account(
                is_house=True, balance=house.balance_minor, entries=house.last_sequence
            )

    # --- What customers, the core and staff do --------------------------------------------------------------------

    @rule(payer=customers, payee=customers, amount=amounts, fee=st.sampled_from((0, 0, 30)))
    def pay(self, payer: int, payee: int, amount: int, fee: int) -> None:
        """To another customer, or out of the bank where both are the same."""
        debit, credit = self.customers[payer], self.customers[payee] if payee != payer else self.clearing
        self._post([*_pair(debit, credit, amount), *(_pair(debit, self.fees, fee, Entry.Part.FEE) if fee else ())])

    @rule(customer=customers, amount=amounts, comes=st.booleans())
    def core_books(self, customer: int, amount: int, comes: bool) -> None:
        """In from the outside, or out whatever there is."""
        pair = (self.core, self.customers[customer])
        debit, credit = pair if comes else pair[::-1]
        self._post(_pair(debit, credit, amount), kind=Kind.CORE)

    @rule(payers=st.lists(st.tuples(customers, amounts), min_size=1, max_size=5))
    def pay_many(self, payers: list[tuple[int, int]]) -> None:
        """A batch goes through whole or not at all."""
        items = [
            Item(self._key(), _pair(self.customers[payer], self.clearing, amount), _facts(), self.at.date())
            for payer, amount in payers
        ]
        legs = [leg for item in items for leg in item.legs]
        reasons = self.tiny.refuses_posting(legs)
        ids = self._done(lambda: ledger.post_many(items, at=self.at), reasons)
        if ids is not None:
            self.tiny.post(legs)
            found = Posting.objects.in_bulk(ids)
            self.postings += [(found[pk], list(item.legs)) for pk, item in zip(ids, items, strict=True)]

    @precondition(lambda self: self.postings)
    @rule(choice=choices, more=st.sampled_from((0, 1)))
    def pay_again(self, choice: int, more: int) -> None:
        """The same key: the first posting for the same legs, a loud error for others."""
        posting, legs = self._chosen(choice)
        wanted = [Leg(leg.account_id, leg.amount_minor * (1 + more), leg.part) for leg in legs]
        facts = _facts(Kind(posting.kind))
        refused = pytest.raises(IntegrityError, match="posting_key_names_one_posting") if more else nullcontext()
        with refused, transaction.atomic():
            again = ledger.post(key=posting.key, legs=wanted, facts=facts, value_on=posting.value_on, at=self.at)
            assert again.pk == posting.pk

    @precondition(lambda self: self.postings)
    @rule(choice=choices)
    def reverse(self, choice: int) -> None:
        """What went wrong is mirrored, once, if those who must give back can."""
        posting, legs = self._chosen(choice)
        if posting.pk in self.reversed or posting.reverses_id:
            return
        mirror = [Leg(leg.account_id, -leg.amount_minor, leg.part) for leg in legs]
        made = self._done(
            lambda: ledger.reverse(
                posting=posting, key=f"undo:{posting.key}", value_on=self.at.date(), at=self.at, reason="Gabim"
            ),
            self.tiny.refuses_posting(mirror),
        )
        if made is not None:
            self.tiny.post(mirror)
            self.reversed.add(posting.pk)

    # --- Holds ------------------------------------------------------------------------------------------------------

    @rule(customer=customers, amount=amounts)
    def hold(self, customer: int, amount: int) -> None:
        key, pk = self._key(), self.customers[customer]
        day = self.at.date()
        made = self._done(
            lambda: ledger.hold(
                key=key, account_id=pk, amount_minor=amount, facts=_facts(), expected_on=day, at=self.at
            ),
            self.tiny.refuses_hold(pk, amount),
        )
        if made is not None:
            self.tiny.hold(key, pk, amount)

    @precondition(lambda self: self.tiny.holds)
    @rule(choice=choices, percent=st.integers(1, 100))
    def capture(self, choice: int, percent: int) -> None:
        """A part or all of it; refused once it has ended."""
        key = sorted(self.tiny.holds)[choice % len(self.tiny.holds)]
        held = self.tiny.holds[key]
        amount = max(1, held.amount * percent // 100)
        self._post(_pair(held.account, self.clearing, amount), hold=key)

    @precondition(lambda self: self.tiny.holds)
    @rule(choice=choices, expired=st.booleans())
    def give_back(self, choice: int, expired: bool) -> None:
        key = sorted(self.tiny.holds)[choice % len(self.tiny.holds)]
        held = self.tiny.holds[key]
        hold = Hold.objects.get(key=key)
        reasons: Reasons = set() if held.is_active else {ledger.HoldAlreadyEnded}

        def release() -> Hold:
            ledger.release(hold_id=hold.pk, at=self.at, expired=expired)
            return hold

        if self._done(release, reasons):
            self.tiny.end(held)

    # --- What happens around them -----------------------------------------------------------------------------------

    @rule(customer=customers)
    def freeze_or_thaw(self, customer: int) -> None:
        account = self.tiny.accounts[self.customers[customer]]
        account.is_frozen = not account.is_frozen
        status = BankAccount.Status.FROZEN if account.is_frozen else BankAccount.Status.OPEN
        BankAccount.objects.filter(pk=self.customers[customer]).update(status=status)

    @rule(hours=st.sampled_from((1, 5, 11, 24)))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule()
    def a_close_begins(self) -> None:
        """And stays where it is: what is booked now goes further."""
        due = business_day.to_close(self.at)
        if due and not BankDay.objects.filter(status=BankDay.Status.CLOSING).exists():
            day_close.begin(day=due[0], at=self.at)

    @rule()
    def days_are_closed(self) -> None:
        day_close.close_due(at=self.at)
        assert business_day.to_close(self.at) == []

    # --- What must be true ------------------------------------------------------------------------------------------

    @invariant()
    def both_books_say_the_same(self) -> None:
        stored = BankAccount.objects.filter(pk__in=self.tiny.accounts)
        assert {a.pk: (a.balance_minor, a.held_minor, a.last_sequence) for a in stored} == {
            pk: (account.balance, account.held, account.entries) for pk, account in self.tiny.accounts.items()
        }

    def teardown(self) -> None:
        try:
            broken = books_check.breached(books_check.check(at=self.at, only=books_laws.LAWS))
            assert [finding.examples for finding in broken] == []
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    # --- How --------------------------------------------------------------------------------------------------------

    def _post(self, legs: list[Leg], *, kind: Kind = Kind.DOMESTIC, hold: str | None = None) -> None:
        held = self.tiny.holds[hold] if hold else None
        hold_id = Hold.objects.get(key=hold).pk if hold else None
        key, day = self._key(), clock.tirana_day(self.at)
        posting = self._done(
            lambda: ledger.post(key=key, legs=legs, facts=_facts(kind), value_on=day, at=self.at, hold_id=hold_id),
            self.tiny.refuses_posting(legs, is_core=kind == Kind.CORE, hold=held),
        )
        if posting is not None:
            self.tiny.post(legs, hold=held)
            self.postings.append((posting, legs))

    def _done(self, act: Callable[[], Any], reasons: Reasons) -> Any:
        """What the act gave, or None where the ledger refused it for one of the reasons that the small books have."""
        try:
            with transaction.atomic():
                done = act()
        except Refusal as refusal:
            assert type(refusal) in reasons, repr(refusal)  # noqa: PT017  the reasons are known only here
            return None
        assert not reasons, f"done although {reasons}"
        return done

    def _chosen(self, choice: int) -> tuple[Posting, list[Leg]]:
        return self.postings[choice % len(self.postings)]

    def _key(self) -> str:
        self.keys += 1
        return f"machine:{self.keys:05d}"


def _pair(debit: int, credit: int, amount: int, part: str = Entry.Part.PRINCIPAL) -> list[Leg]:
    return [Leg(debit, -amount, part), Leg(credit, amount, part)]


def _facts(kind: Kind = Kind.DOMESTIC) -> Facts:
    return Facts(kind=kind, channel=Channel.ONLINE, remittance_information="Fatura")


def test_any_order_of_acts_leaves_right_books():
    run_state_machine_as_test(
        Books,
        settings=hypothesis.settings(
            max_examples=35, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

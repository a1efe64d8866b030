"""The demo bank: three companies, their people and a year of activity, built through public verbs alone."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.crypto import get_random_string

from accounts import audit, business_day, clock, day_close, enrolment, ledger, selectors
from accounts.enrolment import PersonFacts
from accounts.identifiers import make_albanian_iban
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Company, Mandate, User
from accounts.models.ledger import Channel, Kind
from auth_flow import endings, fnp, freeze, login
from auth_flow.models import LoginAttempt, SmsMessage
from bkt_portal import demo_budget, demo_clearing, demo_payees
from bkt_portal.demo_cast import FIRMS, PASSWORD, SUPPLIERS, Firm, Player
from bkt_portal.demo_year import Fact, Happening, Payment, year_of
from payments import approvals, arrivals, clearing, execution, orders, sent_files
from payments.models import ApprovalRule, ClearingItem, PaymentOrder
from payments.models.orders import OrderKind, Rail

BRANCH = audit.Actor(name="user:demo-branch", role="staff")
COLLEAGUE = audit.Actor(name="user:demo-branch-second", role="staff")
YEAR = timedelta(days=365)
CARD_YEARS = 4
AGREEMENT = "2024-1"
RESERVE = "ALL, reserve"


@dataclass(slots=True)
class Stage:
    """What has been built: accounts by company and currency, or RESERVE; people by customer number; mandates
    by both."""

    accounts: dict[tuple[str, str], BankAccount] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    mandates: dict[tuple[str, str], Mandate] = field(default_factory=dict)
    sessions: dict[str, LoginAttempt] = field(default_factory=dict)
    facts: int = 0


def build(*, at: datetime) -> Stage:
    """Open the bank a year before `at` (the bank's moment), let the year go by, leave some orders under way."""
    stage, start = Stage(), at - YEAR
    for firm in FIRMS:
        _enrol(stage, firm, start=start, at=at)
        demo_payees.know(_preparer(stage, firm.nipt), at=start)
        _set_aside(stage, firm, at=start)
    demo_budget.keep(actor=BRANCH, colleague=COLLEAGUE, at=start)
    calendar = business_day.calendar()
    first, last = clock.tirana_day(start) + timedelta(days=2), clock.tirana_day(at) - timedelta(days=1)
    year = [happening for firm in FIRMS for happening in year_of(firm, calendar, first, last)]
    for happening in sorted(year):
        _happen(stage, happening)
    _clear(at=at)
    day_close.close_due(at=at)
    _leave_something_to_do(stage, at=at)
    _block(stage)
    for attempt in stage.sessions.values():
        endings.end(attempt, LoginAttempt.Ended.SIGNED_OUT, at=clock.machine())
    _hand_over_codes()
    return stage


# --- Companies and people ----------------------------------------------------------------------------------------


def _enrol(stage: Stage, firm: Firm, *, start: datetime, at: datetime) -> None:
    company = enrolment.enrol_company(name=firm.name, nipt=firm.nipt, actor=BRANCH, at=start)
    ApprovalRule.objects.create(company=company, other_signers=firm.other_signers, valid_from=clock.tirana_day(start))
    _sign_agreement(company, firm, at=start)
    for place, (currency, minor) in enumerate(firm.opening.items(), start=1):
        stage.accounts[firm.nipt, currency] = _account(company, firm, place, currency, at=start)
        _book(stage, Fact(firm.nipt, currency, minor, firm.name, "Derdhje në hapje", Channel.BRANCH), at=start)
    if firm.reserve:
        place = len(firm.opening) + 1
        stage.accounts[firm.nipt, RESERVE] = _account(company, firm, place, "ALL", name="Rezerva", at=start)
    for player in firm.players:
        number = player.customer_number
        if number not in stage.users:
            stage.users[number] = _user(player, start=start, at=at)
        mandate = enrolment.grant_mandate(
            user=stage.users[number],
            company=company,
            may_prepare=player.prepares,
            may_sign=player.signs,
            actor=BRANCH,
            at=start,
        )
        stage.mandates[firm.nipt, number] = mandate
        _activate(mandate, at=start)


def _sign_agreement(company: Company, firm: Firm, *, at: datetime) -> None:
    enrolment.sign_agreement(
        company=company,
        version=AGREEMENT,
        signed_on=clock.tirana_day(at),
        branch=f"Dega {firm.branch}",
        signatory=f"{firm.players[0].first_name} {firm.players[0].last_name}",
        actor=BRANCH,
        at=at,
    )


def _activate(mandate: Mandate, *, at: datetime) -> None:
    enrolment.activate(
        mandate=mandate,
        documents_on=clock.tirana_day(at),
        entered_by=BRANCH.name,
        confirmed_by=COLLEAGUE.name,
        actor=COLLEAGUE,
        at=at,
    )


def _account(
    company: Company, firm: Firm, place: int, currency: str, *, name: str = "Llogaria rrjedhëse", at: datetime
) -> BankAccount:
    part = f"9999{firm.nipt[1:9]}{place}{currency}"
    return enrolment.open_account(
        company=company,
        iban=make_albanian_iban(str(settings.BANK["code"]), firm.branch, part),
        currency=currency,
        name=name,
        actor=BRANCH,
        at=at,
    )


def _user(player: Player, *, start: datetime, at: datetime) -> User:
    facts = PersonFacts(
        player.customer_number,
        player.first_name,
        player.last_name,
        player.phone,
        f"{player.first_name}.{player.last_name}@shembull.example".lower(),
    )
    user = enrolment.enrol_user(facts=facts, actor=BRANCH, at=start)
    assert user.person is not None, "a customer has a person"
    expires_on = date(at.year + CARD_YEARS, 9, 1)
    enrolment.issue_card(
        owner=user.person, card_number_tail=player.card_digits, expires_on=expires_on, actor=BRANCH, at=start
    )
    if player.registered:
        user.set_password(PASSWORD)
        user.password_changed_at = at - timedelta(days=player.password_age_days)
        user.save(update_fields=["password", "password_changed_at"])
    return user


# --- What happens ------------------------------------------------------------------------------------------------


def _happen(stage: Stage, happening: Happening) -> None:
    match happening.what:
        case Fact() as fact:
            if _is_covered(stage, fact):
                _book(stage, fact, at=happening.at)
        case Payment() as payment:
            order = _signed(stage, payment, at=happening.at)
            execution.execute(order_id=order.pk, at=happening.at + timedelta(minutes=1))


def _clear(*, at: datetime) -> None:
    """The year's payments leave in one file and are answered, so that the first session begins with new ones."""
    for rail, currency in set(ClearingItem.objects.values_list("rail", "currency").distinct()):
        clearing.make_file(rail=Rail(rail), currency=currency, until=at, at=at)
    sent_files.write_out(at=at)
    demo_clearing.answer_all(at=at)
    arrivals.read_all(at=at)


def _is_covered(stage: Stage, fact: Fact) -> bool:
    account = BankAccount.objects.get(pk=stage.accounts[fact.nipt, fact.currency].pk)
    return fact.amount_minor > 0 or account.available_minor + fact.amount_minor >= 0


def _book(stage: Stage, fact: Fact, *, at: datetime) -> None:
    """As the bank's core would: against its own account, with the names on the side where they belong."""
    account = stage.accounts[fact.nipt, fact.currency]
    core = selectors.house_account("core", fact.currency)
    stage.facts += 1
    ours, theirs = ("creditor", "debtor") if fact.amount_minor > 0 else ("debtor", "creditor")
    assert account.company is not None, "a current account has a company"
    names = {
        f"{ours}_name": account.company.name,
        f"{ours}_iban": account.iban or "",
        f"{theirs}_name": fact.counterparty,
    }
    ledger.post(
        key=f"demo:{stage.facts}",
        legs=[Leg(account.pk, fact.amount_minor), Leg(core.pk, -fact.amount_minor)],
        facts=Facts(kind=Kind.CORE, channel=fact.channel, remittance_information=fact.text, source="core", **names),
        value_on=clock.tirana_day(at),
        at=at,
    )


# --- Orders, as people make them ---------------------------------------------------------------------------------


def _prepared(stage: Stage, payment: Payment, *, at: datetime, requested_on: date | None = None) -> PaymentOrder:
    supplier = payment.supplier
    wish = orders.Wish(
        kind=OrderKind.DOMESTIC,
        debit_account=UUID(str(stage.accounts[payment.nipt, "ALL"].uuid)),
        beneficiary_name=supplier.name,
        beneficiary_iban=make_albanian_iban(supplier.bank_code, supplier.branch, supplier.account_part),
        amount_minor=payment.amount_minor,
        description=payment.text,
        requested_on=requested_on,
    )
    preparer = _preparer(stage, payment.nipt)
    return orders.prepare(mandate=preparer, wish=wish, submit_key=get_random_string(32), at=at)


def _signed(stage: Stage, payment: Payment, *, at: datetime, requested_on: date | None = None) -> PaymentOrder:
    """Prepared, submitted and signed by as many as the company wants."""
    return _released(stage, _prepared(stage, payment, at=at, requested_on=requested_on), at=at)


def _set_aside(stage: Stage, firm: Firm, *, at: datetime) -> None:
    """The reserve of a company, moved between its own accounts."""
    if not firm.reserve:
        return
    wish = orders.Wish(
        kind=OrderKind.OWN,
        debit_account=UUID(str(stage.accounts[firm.nipt, "ALL"].uuid)),
        beneficiary_name=firm.name,
        beneficiary_iban=stage.accounts[firm.nipt, RESERVE].iban or "",
        amount_minor=firm.reserve,
        description="Rezerva e vitit",
    )
    preparer = _preparer(stage, firm.nipt)
    order = orders.prepare(mandate=preparer, wish=wish, submit_key=get_random_string(32), at=at)
    execution.execute(order_id=_released(stage, order, at=at).pk, at=at)


def _released(stage: Stage, order: PaymentOrder, *, at: datetime) -> PaymentOrder:
    """A draft, submitted and signed by as many as its company wants."""
    preparer = _preparer(stage, order.company.nipt)
    order = orders.submit(order_id=order.pk, mandate=preparer, version=order.version, at=at)
    for mandate in _signers(stage, order, preparer)[: order.signatures_wanted]:
        order = _sign(stage, order, mandate, at=at)
    return order


def _signers(stage: Stage, order: PaymentOrder, preparer: Mandate) -> list[Mandate]:
    able = [mandate for mandate in _mandates(stage, order.company.nipt) if mandate.may_sign]
    return able if order.other_signers == 0 else [mandate for mandate in able if mandate.pk != preparer.pk]


def _sign(stage: Stage, order: PaymentOrder, mandate: Mandate, *, at: datetime) -> PaymentOrder:
    attempt = _session(stage, mandate)
    challenge = approvals.ask_code(order_id=order.pk, mandate=mandate, attempt=attempt, version=order.version, at=at)
    assert challenge is not None, "the fee stays as it is"
    return approvals.sign(
        order_id=order.pk,
        mandate=mandate,
        attempt=attempt,
        challenge_id=challenge.pk,
        code=fnp.derive(challenge),
        at=at,
    )


def _session(stage: Stage, mandate: Mandate) -> LoginAttempt:
    """Signed in through all three steps, once a person."""
    person = mandate.user.person
    assert person is not None, "a customer has a person"
    if person.customer_number not in stage.sessions:
        step = login.identify(
            customer_number=person.customer_number,
            nipt=mandate.company.nipt,
            network="127.0.0.1",
            browser="demo",
            at=clock.machine(),
        )
        step = login.check_password(attempt=step.attempt, password=PASSWORD, at=clock.machine())
        challenge = fnp.live(user=mandate.user, purpose=fnp.SIGN_IN, attempt=step.attempt, at=clock.machine())
        assert challenge is not None, "the password was right"
        attempt = login.check_code(attempt=step.attempt, code=fnp.derive(challenge), at=clock.machine())
        stage.sessions[person.customer_number] = attempt
    return stage.sessions[person.customer_number]


def _mandates(stage: Stage, nipt: str) -> list[Mandate]:
    return [mandate for (company, _number), mandate in stage.mandates.items() if company == nipt]


def _preparer(stage: Stage, nipt: str) -> Mandate:
    return next(mandate for mandate in _mandates(stage, nipt) if mandate.may_prepare)


def _leave_something_to_do(stage: Stage, *, at: datetime) -> None:
    """Orders that wait for a signature, one half signed, and one for a day that the customer chose."""
    alfa, drini, sigma = (firm.nipt for firm in FIRMS)
    beta, delta, power, water, transport = SUPPLIERS
    _submitted(stage, Payment(drini, 41_200_000, delta, "Fatura 0551"), at=at)
    _submitted(stage, Payment(drini, 3_842_000, water, "Uji i muajit të fundit"), at=at)
    half = _submitted(stage, Payment(sigma, 123_456_789, beta, "Fatura 2026/1147"), at=at)
    _sign(stage, half, stage.mandates[sigma, "400210770"], at=at)
    later = business_day.calendar().on_or_after(clock.tirana_day(at) + timedelta(days=12))
    bill = _signed(stage, Payment(alfa, 12_673_400, power, "Kontrata 30081442"), at=at, requested_on=later)
    demo_payees.leave_template(bill, _preparer(stage, alfa), at=at)
    _prepared(stage, Payment(alfa, 8_450_000, transport, "Transport, fatura 204"), at=at)


def _block(stage: Stage) -> None:
    """As a customer does who lost her phone; by the machine's clock, like every way in.

    She was in before: whoever checks a caller asks when that was.
    """
    firm, blocked = next((firm, player) for firm in FIRMS for player in firm.players if player.role == "blocked")
    _session(stage, stage.mandates[firm.nipt, blocked.customer_number])
    freeze.freeze(
        customer_number=blocked.customer_number,
        nipt=firm.nipt,
        password=PASSWORD,
        network="127.0.0.1",
        at=clock.machine(),
    )


def _submitted(stage: Stage, payment: Payment, *, at: datetime) -> PaymentOrder:
    order = _prepared(stage, payment, at=at)
    preparer = _preparer(stage, payment.nipt)
    return orders.submit(order_id=order.pk, mandate=preparer, version=order.version, at=at)


def _hand_over_codes() -> None:
    """The SMS of the codes that were typed had come: no gateway was there yet, and late they would only confuse."""
    typed = SmsMessage.objects.filter(status=SmsMessage.Status.QUEUED, challenge__consumed_at__isnull=False)
    came_at = F("created_at") + timedelta(seconds=4)
    typed.update(status=SmsMessage.Status.DELIVERED, sent_at=F("created_at"), delivered_at=came_at, gateway="file")

"""A limit that lets more through takes two of staff: a higher sum, or none where there was one. Less is set at once.

More than on its first day, or than on a later one: an owner's first own row hides what the company's or the bank's row
to come would have lowered.

A limit is set from a day on, today at the earliest; the row of an earlier day is history. Of one owner and day there is
one row: whoever sets it again on the same day changes its sums, and the trail keeps both.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, four_eyes
from accounts.models import BankAccount, Company, Proposal, User
from accounts.money import format_money
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import limits
from payments.models import PaymentLimit

LIMIT, BANK_LIMIT = "payment.limit", "payment.limit.bank"
Scope = PaymentLimit.Scope


class LimitIsInForce(Refusal):
    sentence = _("Pikërisht këta kufij vlejnë tashmë nga kjo ditë. Nuk ka çfarë të ndryshohet.")


class RuleBeginsInThePast(Refusal):
    sentence = _("Dita nga e cila do të vlente ka kaluar. Shkruani ditën e sotme ose një të ardhshme.")


class HigherTakesTwoPeople(Refusal):
    sentence = _("Një kufi më i lartë, ose heqja e tij, kërkon miratimin e një kolegu. Provoni përsëri.")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose limit: of a signer of a company or of all its signers, of a company, of an account; else the bank's."""

    scope: str
    currency: str
    company: Company | None = None
    user: User | None = None
    account: BankAccount | None = None

    @property
    def is_bank(self) -> bool:
        return self.company is None and self.account is None

    @property
    def firm(self) -> Company | None:
        return self.company or (self.account.company if self.account else None)

    @property
    def subject(self) -> str:
        """As proposals name it; what stands first is the row that their page shows."""
        who = f"user:{self.user.pk}" if self.user else f"account:{self.account.pk}" if self.account else "all"
        about = f"company:{self.firm.pk}" if self.firm else "bank"
        return f"{about} limit:{self.scope}:{self.currency}:{who}"

    def row(self) -> dict[str, Any]:
        """The columns that name it."""
        names = {"company": self.company, "user": self.user, "account": self.account}
        return names | {"scope": self.scope, "currency": self.currency}

    def as_json(self) -> dict[str, Any]:
        keys = {name: row.pk if row else None for name, row in (("company", self.company), ("user", self.user))}
        who = self.user.full_name if self.user else self.account.iban if self.account else ""
        facts = {"scope": self.scope, "currency": self.currency, "account": self.account.pk if self.account else None}
        return {**keys, **facts, "who": who}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Owner":
        company, user, account = values["company"], values["user"], values["account"]
        return cls(
            values["scope"],
            values["currency"],
            Company.objects.get(pk=company) if company else None,
            User.objects.get(pk=user) if user else None,
            BankAccount.objects.select_related("company").get(pk=account) if account else None,
        )


@dataclass(frozen=True, slots=True)
class Sums:
    """Per order, per day and per month, in minor units; None is no limit."""

    single_minor: int | None = None
    daily_minor: int | None = None
    monthly_minor: int | None = None

    @classmethod
    def of(cls, row: PaymentLimit | None) -> "Sums":
        return cls(row.single_minor, row.daily_minor, row.monthly_minor) if row else cls()

    def let_more_than(self, other: "Sums") -> bool:
        """Whether anything passes that did not."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return any(then is not None and (now is None or now > then) for now, then in pairs)


def set_limit(
    *, owner: Owner, sums: Sums, valid_from: date, reason: str, actor: audit.Actor, at: datetime
) -> PaymentLimit | Proposal:
    """What lets more through than the limits in force from that day on waits for a colleague; what only lowers holds at
    once.

    Refuses a day that has passed, and sums that are in force on it.
    """
    now = in_force(owner, on=valid_from)
    _require_change(sums, now, valid_from, at)
    held = _hidden(owner, since=valid_from)
    if not any(sums.let_more_than(one) for one in held.values()):
        return lower(owner=owner, sums=sums, valid_from=valid_from, reason=reason, actor=actor, at=at)
    return four_eyes.propose(
        kind=BANK_LIMIT if owner.is_bank else LIMIT,
        subject=owner.subject,
        company=owner.firm,
        old=asdict(now),
        new={
            **owner.as_json(),
            **asdict(sums),
            "valid_from": valid_from.isoformat(),
            "hidden": _later(held),
        },
        reason=reason,
        actor=actor,
        at=at,
    )


@verb("payments.limit.lowered")
def lower(*, owner: Owner, sums: Sums, valid_from: date, reason: str, actor: audit.Actor, at: datetime) -> PaymentLimit:
    """Let less through, at once. Refuses what would let more through in anything."""
    _lock(owner)
    now = in_force(owner, on=valid_from)
    _require_change(sums, now, valid_from, at)
    if any(sums.let_more_than(one) for one in _hidden(owner, since=valid_from).values()):
        raise HigherTakesTwoPeople
    return _put("payments.limit.lowered", owner, sums, now, valid_from, actor, at, reason)


def in_force(owner: Owner, *, on: date) -> Sums:
    """What holds for this owner on a day: by its own row, or by the nearest above it."""
    return Sums.of(limits.in_force(owner.scope, owner.currency, owner.company, owner.user, owner.account, on=on))


def _hidden(owner: Owner, *, since: date) -> dict[date, Sums]:
    """What would hold for this owner on that day, and on each later one on which a row above it begins, until a row of
    its own does."""
    keys = [row.pk if row else None for row in (owner.company, owner.user, owner.account)]
    names = limits.names(owner.scope, *keys)
    to_come = PaymentLimit.objects.filter(scope=owner.scope, currency=owner.currency, valid_from__gt=since)
    named = [row for row in to_come.order_by("valid_from") if limits.nearest([row], names)]
    own = (row.valid_from for row in named if limits.nearest([row], names[:1]))
    until = next(own, date.max)
    days = [since, *(row.valid_from for row in named if row.valid_from < until)]
    return {day: in_force(owner, on=day) for day in days}


def _later(held: dict[date, Sums]) -> list[list[Any]]:
    """The same without the first day, as a proposal keeps it."""
    return [[day.isoformat(), *asdict(sums).values()] for day, sums in list(held.items())[1:]]


def _raise(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    owner, new = Owner.from_json(proposal.new), proposal.new
    _lock(owner)
    valid_from = date.fromisoformat(new["valid_from"])
    held = _hidden(owner, since=valid_from)
    now = held[valid_from]
    if asdict(now) != proposal.old or _later(held) != new["hidden"]:
        raise four_eyes.Stale
    sums = Sums(new["single_minor"], new["daily_minor"], new["monthly_minor"])
    _require_change(sums, now, valid_from, at)
    _put("payments.limit.raised", owner, sums, now, valid_from, actor, at, proposal.reason)


def _lock(owner: Owner) -> None:
    """The company's row, as signatures lock it (`limits.require`); of the bank's own limits their rows."""
    if owner.firm:
        Company.objects.select_for_update(no_key=True).get(pk=owner.firm.pk)
    else:
        list(PaymentLimit.objects.select_for_update().filter(**owner.row()))


def _require_change(sums: Sums, now: Sums, valid_from: date, at: datetime) -> None:
    if valid_from < clock.tirana_day(at):
        raise RuleBeginsInThePast
    if sums == now:
        raise LimitIsInForce


def _put(
    event: str,
    owner: Owner,
    sums: Sums,
    now: Sums,
    valid_from: date,
    actor: audit.Actor,
    at: datetime,
    reason: str,
) -> PaymentLimit:
    row, _is_new = PaymentLimit.objects.update_or_create(
        **owner.row(), valid_from=valid_from, defaults={**asdict(sums), "source": reason}
    )
    details = {**owner.as_json(), "valid_from": valid_from, "before": asdict(now), "after": asdict(sums)}
    audit.record(event, actor=actor, at=at, subject=f"limit:{row.pk}", reason=reason, details=details)
    return row


# --- In words --------------------------------------------------------------------------------------------------------


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    old, new = proposal.old, proposal.new
    currency = new["currency"]
    return [
        (_("Kufiri i kujt"), "", " ".join(filter(None, (str(Scope(new["scope"]).label), new["who"])))),
        (_("Për një urdhër"), _sum(old["single_minor"], currency), _sum(new["single_minor"], currency)),
        (_("Në ditë"), _sum(old["daily_minor"], currency), _sum(new["daily_minor"], currency)),
        (_("Në muaj"), _sum(old["monthly_minor"], currency), _sum(new["monthly_minor"], currency)),
        (_("Vlen nga"), "", f"{date.fromisoformat(new['valid_from']):%d.%m.%Y}"),
        *_later_in_words(new),
    ]


def _later_in_words(new: dict[str, Any]) -> Iterator[four_eyes.Row]:
    """What it hides of the rows to come above it."""
    after = _sums([new[name] for name in asdict(Sums())], new["currency"])
    for day, *sums in new["hidden"]:
        label = _("Nga %(day)s, për urdhër, ditë e muaj") % {"day": f"{date.fromisoformat(day):%d.%m.%Y}"}
        yield label, _sums(sums, new["currency"]), after


def _sums(sums: list[int | None], currency: str) -> str:
    return " · ".join(_sum(minor, currency) for minor in sums)


def _sum(minor: int | None, currency: str) -> str:
    return str(_("pa kufi")) if minor is None else format_money(minor, currency)


def _about(proposal: Proposal) -> str:
    """The bank's own, which no row of a company stands for."""
    return str(_("Të gjitha kompanitë, %(currency)s")) % {"currency": proposal.new["currency"]}


four_eyes.register(LIMIT, apply=_raise, title=_("Kufi më i lartë"), permission="payments.set_limit", present=_in_words)
four_eyes.register(
    BANK_LIMIT,
    apply=_raise,
    title=_("Kufi më i lartë i bankës"),
    permission="payments.set_bank_limit",
    present=_in_words,
    about=_about,
)

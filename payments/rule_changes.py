"""Cut-offs and tariffs to come: each takes two of staff, whether it is new, changed or taken back.

A rule begins tomorrow at the earliest, also when the colleague approves: what was promised and charged by today's was
said already. A tariff is a whole table of bands for a kind and a currency; it is changed as a whole.
"""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, four_eyes
from accounts.days import short_day
from accounts.models import Proposal
from accounts.money import format_amount, format_money
from accounts.refusals import Refusal
from payments import last_sessions, rails, tariffs
from payments.models import CutOff, Tariff
from payments.models.orders import OrderKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CUT_OFF, TARIFF = "payment.cut_off", "payment.tariff"
PPM_IN_PERCENT = 10_000
# Under which names rules are kept (`rails.rule_key`).
KINDS: "dict[str, StrOrPromise]" = {**dict(OrderKind.choices), rails.URGENT: _("Transfertë urgjente brenda vendit")}


class RuleBeginsTomorrow(Refusal):
    sentence = _("Një rregull i ri vlen më së shpejti nga nesër. Shkruani një ditë të ardhshme.")


class RuleIsTheSame(Refusal):
    sentence = _("Rregulli është tashmë kështu. Nuk ka çfarë të ndryshohet.")


class BandsDoNotRise(Refusal):
    sentence = _("Brezat duhet të rriten: çdo “deri në” është më i madh se ai para tij. Ndreqni tabelën.")


class LeastAboveMost(Refusal):
    sentence = _("Komisioni “të paktën” është më i madh se “më së shumti”. Ndreqni njërin prej tyre.")


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a tariff, in minor units; see `Tariff`. Without `up_to_minor` it is the last."""

    up_to_minor: int | None = None
    fixed_minor: int = 0
    rate_ppm: int = 0
    min_minor: int = 0
    max_minor: int | None = None

    @classmethod
    def of(cls, row: Tariff) -> "Band":
        return cls(row.up_to_minor, row.fixed_minor, row.rate_ppm, row.min_minor, row.max_minor)


# --- Cut-offs --------------------------------------------------------------------------------------------------------


def propose_cut_off(
    *,
    kind: str,
    at_time: time | None,
    valid_from: date,
    source: str,
    reason: str,
    actor: audit.Actor,
    at: datetime,
) -> Proposal:
    """A cut-off from a day on; without a time the one that begins on that day is taken back.

    Refuses one that is later than what a rail still takes on that day or after it.
    """
    require_to_come(valid_from, at)
    last_sessions.require_cut_off(kind, at_time, valid_from=valid_from)
    now = CutOff.objects.filter(kind=kind, valid_from=valid_from).first()
    if (now.at_time if now else None) == at_time:
        raise RuleIsTheSame
    return four_eyes.propose(
        kind=CUT_OFF,
        subject=f"cut_off:{kind}:{valid_from}",
        old=_cut_off_json(now),
        new={
            "kind": kind,
            "valid_from": valid_from.isoformat(),
            "at_time": at_time.isoformat("minutes") if at_time else "",
            "source": source,
            "held": _cut_off_json(_in_force(kind, valid_from)),
        },
        reason=reason,
        actor=actor,
        at=at,
    )


def _apply_cut_off(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    new = proposal.new
    key = {"kind": new["kind"], "valid_from": date.fromisoformat(new["valid_from"])}
    require_to_come(key["valid_from"], at)
    last_sessions.one_at_a_time()
    row = CutOff.objects.filter(**key).first()
    if _cut_off_json(row) != proposal.old:
        raise four_eyes.Stale
    at_time = time.fromisoformat(new["at_time"]) if new["at_time"] else None
    last_sessions.require_cut_off(new["kind"], at_time, valid_from=key["valid_from"])
    if at_time:
        values = {"at_time": at_time, "source": new["source"]}
        CutOff.objects.update_or_create(**key, defaults=values)
    elif row:
        row.delete()
    record("payments.cutoff.set" if new["at_time"] else "payments.cutoff.removed", proposal, actor, at)


def _about_cut_off(proposal: Proposal) -> str:
    new = proposal.new
    return f"{KINDS.get(new['kind'], new['kind'])}, {short_day(date.fromisoformat(new['valid_from']))}"


def _in_force(kind: str, on: date) -> CutOff | None:
    """What the cut-off takes the place of."""
    return CutOff.objects.filter(kind=kind, valid_from__lte=on).order_by("-valid_from").first()


def _cut_off_json(row: CutOff | None) -> dict[str, Any]:
    return {"at_time": f"{row.at_time:%H:%M}", "source": row.source} if row else {}


def _cut_off_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    new = proposal.new
    old = new.get("held") or proposal.old
    return [
        (_("Lloji"), "", str(KINDS.get(new["kind"], new["kind"]))),
        (_("Ora"), old.get("at_time", ""), new["at_time"] or str(_("hiqet"))),
        (_("Vlen nga"), "", f"{date.fromisoformat(new['valid_from']):%d.%m.%Y}"),
        (_("Burimi"), old.get("source", ""), new["source"]),
    ]


# --- Tariffs ---------------------------------------------------------------------------------------------------------


def propose_tariff(
    *,
    kind: str,
    currency: str,
    bands: Sequence[Band],
    valid_from: date,
    source: str,
    reason: str,
    actor: audit.Actor,
    at: datetime,
) -> Proposal:
    """A whole table from a day on, smallest band first, the last without an end; without bands it is taken back."""
    require_to_come(valid_from, at)
    ends = [band.up_to_minor for band in bands]
    if bands and (
        ends[-1] is not None or None in ends[:-1] or ends[:-1] != sorted(set(ends[:-1]), key=lambda e: e or 0)
    ):
        raise BandsDoNotRise
    if any(band.max_minor is not None and band.max_minor < band.min_minor for band in bands):
        raise LeastAboveMost
    now = _bands_json(kind, currency, valid_from)
    wanted = [list(astuple(band)) for band in bands]
    if now == wanted:
        raise RuleIsTheSame
    return four_eyes.propose(
        kind=TARIFF,
        subject=f"tariff:{kind}:{currency}:{valid_from}",
        old={"bands": now},
        new={
            "kind": kind,
            "currency": currency,
            "valid_from": valid_from.isoformat(),
            "source": source,
            "bands": wanted,
            "held": _held_json(kind, currency, valid_from),
        },
        reason=reason,
        actor=actor,
        at=at,
    )


def _apply_tariff(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    new = proposal.new
    key = {"kind": new["kind"], "currency": new["currency"], "valid_from": date.fromisoformat(new["valid_from"])}
    require_to_come(key["valid_from"], at)
    rows = Tariff.objects.filter(**key)
    list(rows.select_for_update())
    if _bands_json(**key) != proposal.old["bands"]:
        raise four_eyes.Stale
    rows.delete()
    Tariff.objects.bulk_create(Tariff(**key, **asdict(Band(*band)), source=new["source"]) for band in new["bands"])
    record("payments.tariff.set" if new["bands"] else "payments.tariff.removed", proposal, actor, at)


def bands_of(kind: str, currency: str, valid_from: date) -> list[Band]:
    """The table that begins on this day, smallest band first."""
    rows = Tariff.objects.filter(kind=kind, currency=currency, valid_from=valid_from)
    return sorted(map(Band.of, rows), key=lambda band: (band.up_to_minor is None, band.up_to_minor or 0))


def _bands_json(kind: str, currency: str, valid_from: date) -> list[list[int | None]]:
    return [list(astuple(band)) for band in bands_of(kind, currency, valid_from)]


def _held_json(kind: str, currency: str, on: date) -> list[list[int | None]]:
    """What the table takes the place of."""
    return [list(astuple(Band.of(row))) for row in tariffs.in_force(kind=kind, on=on).get(currency, [])]


def _about_tariff(proposal: Proposal) -> str:
    new = proposal.new
    kind = KINDS.get(new["kind"], new["kind"])
    return f"{kind}, {new['currency']}, {short_day(date.fromisoformat(new['valid_from']))}"


def _tariff_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    new, currency = proposal.new, proposal.new["currency"]
    before = {band[0]: Band(*band) for band in new.get("held") or proposal.old["bands"]}
    after = {band[0]: Band(*band) for band in new["bands"]}
    ends = sorted({*before, *after}, key=lambda end: (end is None, end or 0))
    return [
        (_("Lloji"), "", f"{KINDS.get(new['kind'], new['kind'])}, {currency}"),
        (_("Vlen nga"), "", f"{date.fromisoformat(new['valid_from']):%d.%m.%Y}"),
        *((_end(end, currency), _price(before.get(end)), _price(after.get(end))) for end in ends),
        (_("Burimi"), "", new["source"]),
    ]


def _end(up_to: int | None, currency: str) -> str:
    return str(_("Mbi këto")) if up_to is None else str(_("Deri në %s")) % format_money(up_to, currency)


def _price(band: Band | None) -> str:
    if band is None:
        return ""
    if not band.rate_ppm and not band.min_minor and band.max_minor is None:
        return format_amount(band.fixed_minor)
    most = format_amount(band.max_minor) if band.max_minor is not None else "…"
    percent = f"{band.rate_ppm / PPM_IN_PERCENT:g}".replace(".", ",")
    return f"{format_amount(band.fixed_minor)} + {percent} % ({format_amount(band.min_minor)}–{most})"


# --- All rules to come, those of `session_changes` too ---------------------------------------------------------------


def require_to_come(valid_from: date, at: datetime) -> None:
    """Refuse a day that has begun."""
    if valid_from <= clock.tirana_day(at):
        raise RuleBeginsTomorrow


def record(event: str, proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    """What was before and after, in the trail."""
    details = {"before": proposal.old, "after": proposal.new}
    audit.record(event, actor=actor, at=at, subject=proposal.subject, reason=proposal.reason, details=details)


four_eyes.register(
    CUT_OFF,
    apply=_apply_cut_off,
    title=_("Afat i ditës"),
    permission="payments.keep_rules",
    present=_cut_off_in_words,
    about=_about_cut_off,
)
four_eyes.register(
    TARIFF,
    apply=_apply_tariff,
    title=_("Tarifë"),
    permission="payments.keep_rules",
    present=_tariff_in_words,
    about=_about_tariff,
)

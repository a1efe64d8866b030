"""What the bank rules for all payments, on the staff's desk: cut-offs, tariffs, sessions, banks.

A rule to come is kept here; one that was ever in force is history: orders were promised and charged by it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.desk import Shown
from accounts.desk_acts import Act, Acting
from accounts.desk_forms import ReasonForm
from accounts.models import Proposal
from accounts.money import format_amount, format_money
from payments import bank_changes, rule_changes, session_changes
from payments.desk_rule_forms import BankForm, CutOffForm, NewBankForm, SessionsForm, TariffForm
from payments.models import ClearingSession, CutOff, ParticipantBank, Tariff
from payments.models.orders import Rail
from payments.rule_changes import KINDS

Typed = dict[str, Any]
KEEPS = "payments.keep_rules"
KEEPS_SESSIONS, KEEPS_BANKS = "payments.change_clearingsession", "payments.change_participantbank"
BY_A_COLLEAGUE = _("Pasi ta dërgoni, e miraton një koleg. Vlen nga dita që shkruani, më së shpejti nga nesër.")
TAKEN_BACK = _("Rregulli i ardhshëm hiqet pasi ta miratojë një koleg.")
TABLE_AS_A_WHOLE = _(
    "Tabela zëvendësohet e tëra: deri në gjashtë breza me komision, dhe çfarë vlen mbi ta. Pasi ta dërgoni, e miraton "
    "një koleg."
)
SET_AS_A_WHOLE = _(
    "Seancat e një rruge zëvendësohen të gjitha bashkë, nga dita që shkruani, më së shpejti nga nesër. Pasi t’i "
    "dërgoni, i miraton një koleg."
)
BANKS_BY_TWO = _("Një bankë e re ose e ndryshuar vlen pasi ta miratojë një koleg. Asnjë bankë nuk hiqet.")
ASK = _("Dërgo për miratim")


def _is_to_come(rule: Any) -> bool:
    return bool(rule.valid_from > clock.tirana_day(clock.now()))


def _propose_cut_off(_row: Any, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    return rule_changes.propose_cut_off(actor=actor, at=at, **typed)


def _take_back_cut_off(row: CutOff, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = {"kind": row.kind, "valid_from": row.valid_from, "source": row.source, "reason": typed["reason"]}
    return rule_changes.propose_cut_off(at_time=None, actor=actor, at=at, **facts)


def _cut_off_now(row: CutOff | None) -> Typed:
    return {"kind": row.kind, "at_time": row.at_time, "valid_from": row.valid_from, "source": row.source} if row else {}


def _propose_tariff(_row: Any, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = {name: typed[name] for name in ("kind", "currency", "valid_from", "source", "reason")}
    return rule_changes.propose_tariff(bands=list(TariffForm.bands(typed)), actor=actor, at=at, **facts)


def _take_back_tariff(row: Tariff, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = {name: getattr(row, name) for name in ("kind", "currency", "valid_from", "source")}
    return rule_changes.propose_tariff(bands=[], reason=typed["reason"], actor=actor, at=at, **facts)


def _tariff_now(row: Tariff | None) -> Typed:
    if row is None:
        return {}
    bands = rule_changes.bands_of(row.kind, row.currency, row.valid_from)
    return TariffForm.typed_of(row.kind, row.currency, row.valid_from, bands) | {"source": row.source}


class KindFilter(admin.SimpleListFilter):
    """The kinds by their names."""

    title = _("lloji")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(kind, str(label)) for kind, label in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(CutOff)
class CutOffDesk(Acting, Shown):
    note = BY_A_COLLEAGUE
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "again", _("Ndrysho afatin"), BY_A_COLLEAGUE, ASK, KEEPS, CutOffForm, _propose_cut_off, initial=_cut_off_now
        ),
        Act("out", _("Hiqe afatin"), TAKEN_BACK, ASK, KEEPS, ReasonForm, _take_back_cut_off, is_offered=_is_to_come),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (
        Act("set", _("Vendos një afat"), BY_A_COLLEAGUE, ASK, KEEPS, CutOffForm, _propose_cut_off),
    )
    list_display = ("kind_name", "at_time", "valid_from", "source")
    ordering = ("kind", "-valid_from")
    fields = ("kind_name", "at_time", "valid_from", "source")
    readonly_fields = ("kind_name",)

    @admin.display(description=_("lloji"), ordering="kind")
    def kind_name(self, row: CutOff) -> str:
        return str(KINDS.get(row.kind, row.kind))


@admin.register(Tariff)
class TariffDesk(Acting, Shown):
    """Bands by kind and currency; an act on one band is an act on its whole table."""

    note = TABLE_AS_A_WHOLE
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "again",
            _("Ndrysho tabelën"),
            TABLE_AS_A_WHOLE,
            ASK,
            KEEPS,
            TariffForm,
            _propose_tariff,
            initial=_tariff_now,
        ),
        Act("out", _("Hiqe tabelën"), TAKEN_BACK, ASK, KEEPS, ReasonForm, _take_back_tariff, is_offered=_is_to_come),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (
        Act("set", _("Vendos një tabelë"), TABLE_AS_A_WHOLE, ASK, KEEPS, TariffForm, _propose_tariff),
    )
    list_display = ("kind_name", "currency", "end", "fee", "rate", "valid_from", "source")
    list_filter = (KindFilter, "currency")
    ordering = ("kind", "currency", "-valid_from", "up_to_minor")
    fields = (("kind_name", "currency"), ("end", "fee", "rate"), ("valid_from", "source"))
    readonly_fields = ("kind_name", "end", "fee", "rate")

    @admin.display(description=_("lloji"), ordering="kind")
    def kind_name(self, row: Tariff) -> str:
        return str(KINDS.get(row.kind, row.kind))

    @admin.display(description=_("deri në"), ordering="up_to_minor")
    def end(self, row: Tariff) -> str:
        return str(_("pa fund")) if row.up_to_minor is None else format_money(row.up_to_minor, row.currency)

    @admin.display(description=_("komisioni"), ordering="fixed_minor")
    def fee(self, row: Tariff) -> str:
        return format_money(row.fixed_minor, row.currency)

    @admin.display(description="%", ordering="rate_ppm")
    def rate(self, row: Tariff) -> str:
        if not row.rate_ppm and not row.min_minor and row.max_minor is None:
            return ""
        percent = f"{row.rate_ppm / rule_changes.PPM_IN_PERCENT:g}".replace(".", ",")
        most = "…" if row.max_minor is None else format_amount(row.max_minor)
        return f"{percent} % ({format_amount(row.min_minor)}–{most})"


def _propose_sessions(_row: Any, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = {name: typed[name] for name in ("valid_from", "source", "reason")}
    sessions = list(SessionsForm.sessions(typed))
    return session_changes.propose(rail=Rail(typed["rail"]), sessions=sessions, actor=actor, at=at, **facts)


def _take_back_sessions(row: ClearingSession, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = {"valid_from": row.valid_from, "source": row.source, "reason": typed["reason"]}
    return session_changes.propose(rail=Rail(row.rail), sessions=[], actor=actor, at=at, **facts)


def _sessions_now(row: ClearingSession | None) -> Typed:
    if row is None:
        return {}
    known = {"rail": row.rail, "valid_from": row.valid_from, "source": row.source}
    return known | SessionsForm.typed_of(session_changes.set_of(row.rail, row.valid_from))


@admin.register(ClearingSession)
class ClearingSessionDesk(Acting, Shown):
    """When files leave; an act on one session is an act on the whole set of its rail and day."""

    note = SET_AS_A_WHOLE
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "again",
            _("Ndrysho seancat"),
            SET_AS_A_WHOLE,
            ASK,
            KEEPS_SESSIONS,
            SessionsForm,
            _propose_sessions,
            initial=_sessions_now,
        ),
        Act(
            "out",
            _("Hiqi seancat"),
            TAKEN_BACK,
            ASK,
            KEEPS_SESSIONS,
            ReasonForm,
            _take_back_sessions,
            is_offered=_is_to_come,
        ),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (
        Act("set", _("Vendos seancat"), SET_AS_A_WHOLE, ASK, KEEPS_SESSIONS, SessionsForm, _propose_sessions),
    )
    list_display = ("rail", "at_time", "until_time", "valid_from", "source")
    list_filter = ("rail",)
    ordering = ("rail", "-valid_from", "at_time")
    fields = (("rail", "at_time", "until_time"), ("valid_from", "source"))


def _propose_bank(_row: None, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = BankForm.facts(typed)
    return bank_changes.propose_new(code=typed["code"], facts=facts, reason=typed["reason"], actor=actor, at=at)


def _propose_other_facts(bank: ParticipantBank, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    facts = BankForm.facts(typed)
    return bank_changes.propose_change(bank=bank, facts=facts, reason=typed["reason"], actor=actor, at=at)


def _bank_now(bank: ParticipantBank) -> Typed:
    return {"name": bank.name, "bic": bank.bic, "source": bank.source}


@admin.register(ParticipantBank)
class ParticipantBankDesk(Acting, Shown):
    """Banks by the figures of their IBANs; never removed, since orders were labelled by them."""

    note = BANKS_BY_TWO
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "again",
            _("Ndrysho bankën"),
            BANKS_BY_TWO,
            ASK,
            KEEPS_BANKS,
            BankForm,
            _propose_other_facts,
            initial=_bank_now,
        ),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (
        Act("new", _("Shto një bankë"), BANKS_BY_TWO, ASK, KEEPS_BANKS, NewBankForm, _propose_bank),
    )
    list_display = ("code", "name", "bic", "source")
    search_fields = ("code", "name", "bic")
    ordering = ("code",)
    fields = (("code", "name", "bic"), ("source",))

"""What the bank rules for all payments, on the staff's desk: cut-offs, tariffs, sessions, banks.

A rule to come is kept here; one that was ever in force is history: orders were promised and charged by it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.desk import Shown, record
from accounts.desk_acts import Act, Acting
from accounts.desk_forms import ReasonForm
from accounts.models import Proposal
from accounts.money import format_amount, format_money
from payments import rule_changes
from payments.desk_rule_forms import CutOffForm, TariffForm
from payments.models import ClearingSession, CutOff, ParticipantBank, Tariff
from payments.models.orders import Rail
from payments.rule_changes import KINDS

Typed = dict[str, Any]
KEEPS = "payments.keep_rules"
BY_A_COLLEAGUE = _("Pasi ta dërgoni, e miraton një koleg. Vlen nga dita që shkruani, më së shpejti nga nesër.")
TAKEN_BACK = _("Rregulli që do të vinte nuk vjen më, pasi ta miratojë një koleg.")
TABLE_AS_A_WHOLE = _(
    "Tabela zëvendësohet e tëra: deri në gjashtë breza me komision, dhe çfarë vlen mbi ta. Pasi ta dërgoni, e miraton "
    "një koleg."
)
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
        if not row.rate_ppm:
            return ""
        percent = f"{row.rate_ppm / rule_changes.PPM_IN_PERCENT:g}".replace(".", ",")
        most = "…" if row.max_minor is None else format_amount(row.max_minor)
        return f"{percent} % ({format_amount(row.min_minor)}–{most})"


class SessionForm(forms.ModelForm[Any]):
    """A new session begins tomorrow at the earliest: what leaves today was already said."""

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day <= clock.tirana_day(clock.now()):
            raise ValidationError(_("Një rregull i ri vlen më së shpejti nga nesër. Shkruani një ditë të ardhshme."))
        return day

    def clean(self) -> Any:
        """The day's last session is written first: what ends before a cut-off is refused."""
        typed = super().clean() or {}
        if typed.get("valid_from") and typed.get("rail") and typed.get("at_time"):
            day, rail = typed["valid_from"], Rail(typed["rail"])
            others = ClearingSession.objects.filter(rail=rail, valid_from=day).exclude(pk=self.instance.pk)
            this = ClearingSession(rail=rail, at_time=typed["at_time"], until_time=typed.get("until_time"))
            try:
                rule_changes.require_cut_offs_before([*others, this], rail=rail, on=day)
            except rule_changes.CutOffAfterLastSession as refusal:
                raise ValidationError(str(refusal.sentence)) from refusal
        return typed


@admin.register(ClearingSession)
class ClearingSessionDesk(admin.ModelAdmin[ClearingSession]):
    """When files leave: sessions to come are kept by the administrator, with a trace."""

    form = SessionForm
    actions = None
    list_display = ("rail", "at_time", "until_time", "valid_from", "source")
    list_filter = ("rail",)

    def has_change_permission(self, request: HttpRequest, obj: ClearingSession | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_to_come(obj))

    def has_delete_permission(self, request: HttpRequest, obj: ClearingSession | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or _is_to_come(obj))

    def save_model(self, request: HttpRequest, obj: ClearingSession, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record("changed" if change else "added", request, obj)

    def delete_model(self, request: HttpRequest, obj: ClearingSession) -> None:
        _record("removed", request, obj)
        super().delete_model(request, obj)


@admin.register(ParticipantBank)
class ParticipantBankDesk(admin.ModelAdmin[ParticipantBank]):
    """Banks by the figures of their IBANs; never removed, since orders were labelled by them."""

    actions = None
    list_display = ("code", "name", "bic", "source")
    search_fields = ("code", "name", "bic")
    ordering = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: ParticipantBank | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: ParticipantBank | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ParticipantBank, form: Any, change: bool) -> None:
        before = _facts(ParticipantBank.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        _record("changed" if change else "added", request, obj, before)


def _record(act: str, request: HttpRequest, row: Any, before: Typed | None = None) -> None:
    facts = _facts(row) | ({"before": before} if before else {})
    record(f"payments.{row._meta.model_name}.{act}", request, f"rule:{row.pk}", facts)


def _facts(row: Any) -> Typed:
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}

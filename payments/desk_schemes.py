"""Schemes of the budget on the staff's desk; what customers pay by takes two (see `scheme_changes`)."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.desk import LookedAtOnly, Shown
from accounts.desk_acts import Act, Acting
from accounts.desk_forms import ReasonForm
from accounts.identifiers import group_iban
from accounts.models import Proposal
from payments import scheme_changes
from payments.desk_scheme_forms import FieldForm, NewFieldForm, NewSchemeForm, SchemeForm, TrialForm
from payments.models import BudgetField, BudgetScheme
from payments.scheme_changes import FieldFacts, SchemeFacts

if TYPE_CHECKING:
    FieldInlineBase = admin.TabularInline[BudgetField, BudgetScheme]
else:
    FieldInlineBase = admin.TabularInline

Typed = dict[str, Any]
Changed = BudgetScheme | Proposal
KEEPS = "payments.keep_schemes"
NOT_IN_USE_YET = _(
    "Skema ruhet, por nuk paguhet ende me të. Shtoni fushat; hyn në përdorim pasi ta miratojë një koleg."
)
IN_USE_BY_TWO = _("Një skemë në përdorim ndryshon pasi ta miratojë një koleg. Jashtë përdorimit, menjëherë.")
CHANGED = _("Skema u ndryshua.")


def _change(scheme: BudgetScheme, facts: SchemeFacts, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    return scheme_changes.change(scheme=scheme, facts=facts, reason=typed["reason"], actor=actor, at=at)


def _with_fields(
    scheme: BudgetScheme, asked: Mapping[str, FieldFacts | None], typed: Typed, actor: audit.Actor, at: datetime
) -> Changed:
    """The scheme with these fields; None takes one out."""
    now = SchemeFacts.of(scheme)
    fields = {code: one for code, one in {**now.fields, **asked}.items() if one is not None}
    return _change(scheme, replace(now, fields=fields), typed, actor, at)


def _add(_row: None, typed: Typed, actor: audit.Actor, at: datetime) -> BudgetScheme:
    facts = NewSchemeForm.scheme(typed)
    return scheme_changes.add(code=typed["code"], facts=facts, source=typed["reason"], actor=actor, at=at)


def _change_payee(scheme: BudgetScheme, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    return _change(scheme, replace(SchemeFacts.of(scheme), **SchemeForm.facts(typed)), typed, actor, at)


def _put_in_use(scheme: BudgetScheme, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    return _change(scheme, replace(SchemeFacts.of(scheme), is_active=True), typed, actor, at)


def _withdraw(scheme: BudgetScheme, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    return _change(scheme, replace(SchemeFacts.of(scheme), is_active=False), typed, actor, at)


def _add_field(scheme: BudgetScheme, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    if scheme.fields.filter(code=typed["code"]).exists():
        raise scheme_changes.FieldIsKnown
    return _with_fields(scheme, {typed["code"]: FieldForm.facts(typed)}, typed, actor, at)


def _change_field(row: BudgetField, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    return _with_fields(row.scheme, {row.code: FieldForm.facts(typed)}, typed, actor, at)


def _remove_field(row: BudgetField, typed: Typed, actor: audit.Actor, at: datetime) -> Changed:
    return _with_fields(row.scheme, {row.code: None}, typed, actor, at)


def _nothing(row: BudgetField, _typed: Typed, _actor: audit.Actor, _at: datetime) -> BudgetField:
    return row


def _payee_now(scheme: BudgetScheme) -> Typed:
    return asdict(SchemeFacts.of(scheme))


def _field_now(row: BudgetField) -> Typed:
    return asdict(SchemeFacts.of(row.scheme).fields[row.code])


def _picture_now(row: BudgetField) -> Typed:
    return {"picture": row.picture, "value": row.example}


def _is_in_use(scheme: BudgetScheme) -> bool:
    return scheme.is_active


def _is_out_of_use(scheme: BudgetScheme) -> bool:
    return not scheme.is_active


class FieldInline(LookedAtOnly, FieldInlineBase):
    model = BudgetField
    fields = ("code", "label", "picture", "example", "is_required", "position")
    extra = 0
    show_change_link = True


@admin.register(BudgetScheme)
class BudgetSchemeDesk(Acting, Shown):
    note = IN_USE_BY_TWO
    inlines = (FieldInline,)
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "payee",
            _("Ndrysho përfituesin"),
            IN_USE_BY_TWO,
            _("Ndrysho"),
            KEEPS,
            SchemeForm,
            _change_payee,
            CHANGED,
            initial=_payee_now,
        ),
        Act("field", _("Shto një fushë"), IN_USE_BY_TWO, _("Shto"), KEEPS, NewFieldForm, _add_field, CHANGED),
        Act(
            "use",
            _("Vëre në përdorim"),
            _("Një koleg sheh përfituesin dhe të gjitha fushat, dhe e miraton. Pastaj klientët paguajnë me të."),
            _("Dërgo për miratim"),
            KEEPS,
            ReasonForm,
            _put_in_use,
            is_offered=_is_out_of_use,
        ),
        Act(
            "withdraw",
            _("Hiqe nga përdorimi"),
            _("Që tani nuk pranohen urdhra të rinj me këtë skemë. Urdhrat e nisur vazhdojnë."),
            _("Hiqe nga përdorimi"),
            KEEPS,
            ReasonForm,
            _withdraw,
            _("Skema doli nga përdorimi."),
            is_offered=_is_in_use,
        ),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "new",
            _("Skemë e re"),
            NOT_IN_USE_YET,
            _("Shkruaj"),
            KEEPS,
            NewSchemeForm,
            _add,
            _("Skema u shkrua. Nuk është ende në përdorim."),
        ),
    )
    list_display = ("name", "group", "beneficiary_name", "payee_iban", "is_active")
    list_filter = ("group", "is_active")
    search_fields = ("code", "name", "beneficiary_iban")
    fields = (("code", "group", "name"), ("beneficiary_name", "payee_iban", "currency"), ("is_active", "source"))
    readonly_fields = ("payee_iban",)

    @admin.display(description=_("IBAN i përfituesit"), ordering="beneficiary_iban")
    def payee_iban(self, scheme: BudgetScheme) -> str:
        return group_iban(scheme.beneficiary_iban)


@admin.register(BudgetField)
class BudgetFieldDesk(Acting, Shown):
    note = IN_USE_BY_TWO
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            "again",
            _("Ndrysho fushën"),
            IN_USE_BY_TWO,
            _("Ndrysho"),
            KEEPS,
            FieldForm,
            _change_field,
            CHANGED,
            initial=_field_now,
        ),
        Act("out", _("Hiqe fushën"), IN_USE_BY_TWO, _("Hiqe"), KEEPS, ReasonForm, _remove_field, CHANGED),
        Act(
            "try",
            _("Provo shabllonin"),
            _("Shkruani një vlerë si klienti dhe shihni nëse i përshtatet. Asgjë nuk ruhet."),
            _("Provo"),
            "payments.view_budgetfield",
            TrialForm,
            _nothing,
            _("Vlera i përshtatet shabllonit."),
            initial=_picture_now,
        ),
    )
    list_display = ("label", "scheme", "code", "picture", "example", "is_required", "position")
    list_select_related = ("scheme",)
    search_fields = ("scheme__name", "label", "code")
    ordering = ("scheme__name", "position")
    fields = (("scheme", "code", "label"), ("picture", "example"), ("help_text", "is_required", "position"))

"""Who banks here, on the staff's desk: companies, people, users and their mandates."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts import desk_enrolment as branch
from accounts.desk import CHANGES_AT_A_BRANCH, LookedAtOnly, Shown
from accounts.desk_acts import Acting
from accounts.identifiers import mask_phone
from accounts.models import Activation, Agreement, BankAccount, Card, Company, Mandate, Person, User

if TYPE_CHECKING:
    MandateInlineBase = admin.TabularInline[Mandate, Company]
    AgreementInlineBase = admin.TabularInline[Agreement, Company]
    AccountInlineBase = admin.TabularInline[BankAccount, Company]
    CardInlineBase = admin.TabularInline[Card, Person]
    ActivationInlineBase = admin.TabularInline[Activation, Mandate]
else:
    MandateInlineBase = AgreementInlineBase = AccountInlineBase = admin.TabularInline
    CardInlineBase = ActivationInlineBase = admin.TabularInline


class MandateInline(LookedAtOnly, MandateInlineBase):
    model = Mandate
    fields = ("user", "may_prepare", "may_sign", "valid_from", "valid_until")
    extra = 0


class AgreementInline(LookedAtOnly, AgreementInlineBase):
    model = Agreement
    fields = ("version", "signed_on", "branch", "signatory", "valid_until")
    extra = 0


class AccountInline(LookedAtOnly, AccountInlineBase):
    """Which accounts a company has; what is on them stands on their own pages."""

    model = BankAccount
    fields = ("iban", "name", "currency", "status")
    extra = 0


class CardInline(LookedAtOnly, CardInlineBase):
    """Cards by what people recognise them by; no proof of one."""

    model = Card
    fields = ("last4", "expires_on", "status")
    extra = 0


class ActivationInline(LookedAtOnly, ActivationInlineBase):
    model = Activation
    fields = ("documents_on", "entered_by", "confirmed_by")
    extra = 0


@admin.register(Company)
class CompanyDesk(Acting, Shown):
    of_company = ("pk",)
    acts = (branch.SIGN_AGREEMENT, branch.OPEN_ACCOUNT, branch.GRANT_MANDATE, branch.ISSUE_CARD)
    list_acts = (branch.ENROL_COMPANY,)
    note = CHANGES_AT_A_BRANCH
    list_display = ("name", "nipt", "status")
    list_filter = ("status",)
    search_fields = ("name", "nipt")
    fields = ("name", "nipt", "status", "created_at")
    inlines = (AgreementInline, MandateInline, AccountInline, CardInline)


@admin.register(Person)
class PersonDesk(Acting, Shown):
    of_user = "user"
    acts = (branch.CHANGE_PHONE, branch.ISSUE_CARD)
    inlines = (CardInline,)
    note = CHANGES_AT_A_BRANCH
    list_display = ("customer_number", "first_name", "last_name")
    search_fields = ("customer_number", "first_name", "last_name")
    fields = ("customer_number", "first_name", "last_name", "masked_phone", "email")

    @admin.display(description=_("celulari"))
    def masked_phone(self, person: Person) -> str:
        """Enough to compare on the phone; whoever may see it all sees it at a branch."""
        return mask_phone(person.phone) if person.phone else ""


@admin.register(User)
class UserDesk(Acting, Shown):
    """Without the password, its hash or a way to set it: only its owner makes one."""

    of_user = "pk"
    list_acts = (branch.ENROL_USER,)
    note = CHANGES_AT_A_BRANCH
    list_display = ("username", "full_name", "kind", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("person",)
    search_fields = ("username", "person__first_name", "person__last_name")
    fields = ("username", "kind", "person", "is_active", "last_login", "password_changed_at")


@admin.register(Mandate)
class MandateDesk(Acting, Shown):
    of_company = ("company",)
    acts = (branch.ACTIVATE, branch.CHANGE_MANDATE, branch.END_MANDATE)
    inlines = (ActivationInline,)
    note = CHANGES_AT_A_BRANCH
    list_display = ("user", "company", "may_prepare", "may_sign", "valid_from", "valid_until")
    list_filter = ("may_prepare", "may_sign")
    list_select_related = ("user__person", "company")
    search_fields = ("user__username", "company__name", "company__nipt")
    fields = ("user", "company", "may_prepare", "may_sign", "valid_from", "valid_until")

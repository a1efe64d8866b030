"""What a branch does for a client, as acts on the desks of companies, people, users and mandates.

Entering facts takes one of staff: a company, an account, a signed agreement, a user who can do nothing yet. Whatever
she could use (a card, a phone, an activation, a mandate) takes a colleague too.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, enrolment, mandate_powers, mandate_terms, powers
from accounts.desk_acts import Act
from accounts.desk_forms import (
    AccountForm,
    ActivationForm,
    AgreementForm,
    CardForm,
    CompanyForm,
    MandateForm,
    PhoneForm,
    ReasonForm,
    TermsForm,
    UserForm,
)
from accounts.enrolment import PersonFacts
from accounts.models import Activation, Agreement, BankAccount, Company, Mandate, Person, Proposal, User

Typed = dict[str, Any]
A_COLLEAGUE_CONFIRMS = _("Pasi ta dërgoni, e miraton një koleg. Deri atëherë nuk ndryshon asgjë.")


def _enrol_company(_row: None, typed: Typed, actor: audit.Actor, at: datetime) -> Company:
    return enrolment.enrol_company(name=typed["name"], nipt=typed["nipt"], actor=actor, at=at)


def _open_account(company: Company, typed: Typed, actor: audit.Actor, at: datetime) -> BankAccount:
    return enrolment.open_account(company=company, actor=actor, at=at, **typed)


def _sign_agreement(company: Company, typed: Typed, actor: audit.Actor, at: datetime) -> Company:
    enrolment.sign_agreement(company=company, actor=actor, at=at, **typed)
    return company


def _enrol_user(_row: None, typed: Typed, actor: audit.Actor, at: datetime) -> User:
    return enrolment.enrol_user(facts=PersonFacts(**typed), actor=actor, at=at)


def _propose_card(owner: Person | Company, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    return powers.propose_card(owner=owner, actor=actor, at=at, **typed)


def _propose_phone(person: Person, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    return powers.propose_phone(person=person, actor=actor, at=at, **typed)


def _propose_mandate(company: Company, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    return mandate_powers.propose_mandate(
        company=company,
        customer_number=typed["customer_number"],
        terms=MandateForm.terms(typed),
        reason=typed["reason"],
        actor=actor,
        at=at,
    )


def _propose_activation(mandate: Mandate, typed: Typed, actor: audit.Actor, at: datetime) -> Proposal:
    return mandate_powers.propose_activation(mandate=mandate, actor=actor, at=at, **typed)


def _change_mandate(mandate: Mandate, typed: Typed, actor: audit.Actor, at: datetime) -> Mandate | Proposal:
    terms = TermsForm.terms(typed)
    return mandate_powers.change_mandate(mandate=mandate, terms=terms, reason=typed["reason"], actor=actor, at=at)


def _end_mandate(mandate: Mandate, typed: Typed, actor: audit.Actor, at: datetime) -> Mandate:
    return mandate_terms.end(mandate_id=mandate.pk, reason=typed["reason"], actor=actor, at=at)


def _is_not_activated(mandate: Mandate) -> bool:
    return not Activation.objects.filter(mandate=mandate).exists()


def _terms_now(mandate: Mandate) -> Typed:
    return {
        "may_prepare": mandate.may_prepare,
        "may_sign": mandate.may_sign,
        "valid_until": mandate.valid_until,
    }


def _next_version(company: Company) -> Typed:
    """The branch of the last agreement, which is where the next one is signed."""
    last = Agreement.objects.filter(company=company).order_by("-signed_on").first()
    return {"branch": last.branch} if last else {}


ENROL_COMPANY = Act(
    name="enrol",
    title=_("Regjistro një kompani"),
    intro=_("Kompania hyn në librat e bankës. Llogaritë, marrëveshja dhe mandatet shtohen pastaj te faqja e saj."),
    button=_("Regjistro"),
    permission="accounts.enrol_customer",
    form=CompanyForm,
    do=_enrol_company,
    said=_("Kompania u regjistrua."),
)
OPEN_ACCOUNT = Act(
    name="account",
    title=_("Hap një llogari"),
    intro=_("Llogaria hapet bosh dhe pa mbitërheqje."),
    button=_("Hap llogarinë"),
    permission="accounts.enrol_customer",
    form=AccountForm,
    do=_open_account,
    said=_("Llogaria u hap."),
)
SIGN_AGREEMENT = Act(
    name="agreement",
    title=_("Regjistro marrëveshjen"),
    intro=_("Shkruani të dhënat e KSHBB-së së nënshkruar në degë. Pa të, askush nuk regjistrohet për këtë kompani."),
    button=_("Regjistro"),
    permission="accounts.enrol_customer",
    form=AgreementForm,
    do=_sign_agreement,
    said=_("Marrëveshja u regjistrua."),
    initial=_next_version,
)
ENROL_USER = Act(
    name="enrol",
    title=_("Regjistro një përdorues"),
    intro=_("Përdoruesi nuk ka fjalëkalim dhe nuk mund të bëjë asgjë pa mandat; fjalëkalimin e krijon vetë."),
    button=_("Regjistro"),
    permission="accounts.enrol_customer",
    form=UserForm,
    do=_enrol_user,
    said=_("Përdoruesi u regjistrua. Mandati i jepet te faqja e kompanisë."),
)
ISSUE_CARD = Act(
    name="card",
    title=_("Regjistro një kartë"),
    intro=A_COLLEAGUE_CONFIRMS,
    button=_("Dërgo për miratim"),
    permission="accounts.issue_card",
    form=CardForm,
    do=_propose_card,
)
CHANGE_PHONE = Act(
    name="phone",
    title=_("Ndrysho celularin"),
    intro=_(
        "Pasi ta miratojë një koleg, kodet FNP shkojnë te numri i ri. Për 24 orë klienti nënshkruan vetëm shuma të "
        "vogla, dhe njoftohet bashkë me nënshkruesit e tjerë."
    ),
    button=_("Dërgo për miratim"),
    permission="accounts.change_phone",
    form=PhoneForm,
    do=_propose_phone,
)
GRANT_MANDATE = Act(
    name="mandate",
    title=_("Jep një mandat"),
    intro=A_COLLEAGUE_CONFIRMS,
    button=_("Dërgo për miratim"),
    permission="accounts.widen_mandate",
    form=MandateForm,
    do=_propose_mandate,
)
ACTIVATE = Act(
    name="activate",
    title=_("Konfirmo dokumentet"),
    intro=_("Dokumentet e aktivizimit i shohin dy persona: ju i regjistroni, një koleg i konfirmon."),
    button=_("Dërgo për miratim"),
    permission="accounts.activate_mandate",
    form=ActivationForm,
    do=_propose_activation,
    is_offered=_is_not_activated,
)
CHANGE_MANDATE = Act(
    name="terms",
    title=_("Ndrysho mandatin"),
    intro=_("Një mandat më i ngushtë vlen menjëherë. Një më i gjerë e pret miratimin e një kolegu."),
    button=_("Ndrysho"),
    permission="accounts.widen_mandate",
    form=TermsForm,
    do=_change_mandate,
    said=_("Mandati u ngushtua."),
    initial=_terms_now,
)
END_MANDATE = Act(
    name="end",
    title=_("Mbyll mandatin"),
    intro=_("Mandati mbaron menjëherë, edhe për hyrjen që mund të jetë e hapur. Klienti njoftohet."),
    button=_("Mbyll mandatin"),
    permission="accounts.widen_mandate",
    form=ReasonForm,
    do=_end_mandate,
    said=_("Mandati mbaroi."),
)

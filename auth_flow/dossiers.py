"""Everything that explains "I cannot get in", for one customer, as the contact centre sees it (R35).

No code, no password, no whole phone; no balance and no payment. Reads only. `at` is the machine's clock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import is_password_usable
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.identifiers import mask_phone
from accounts.models import Mandate, User
from auth_flow import factors, lockout, registration, selectors, user_agents
from auth_flow.models import (
    AccessBlock,
    Call,
    FailureCounter,
    FnpChallenge,
    KnownBrowser,
    LoginAttempt,
    ResetPermit,
    SecurityCase,
    SmsMessage,
)
from auth_flow.sms import routes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN_MAX = 10
# What is asked of whoever registers, and no more of whoever has.
PAPERS = frozenset({"no_agreement", "no_activation"})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps her out, and what helps: `cause` and `cure` are sentences."""

    cause: "StrOrPromise"
    cure: "StrOrPromise"


@dataclass(frozen=True, slots=True)
class Standing:
    """One company of hers: the mandate, its rights in words, and what is missing for it today.

    `lets_in`: it is no obstacle at the door; papers alone stop a registration, not a sign-in.
    """

    mandate: Mandate
    rights: "list[StrOrPromise]"
    missing: "list[StrOrPromise]"
    lets_in: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A sign-in or an open session, with its browser in words."""

    attempt: LoginAttempt
    browser: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the page of one customer shows. The phone is masked; a code is nowhere."""

    user: User
    phone: str
    phone_changed_at: datetime | None
    obstacles: list[Obstacle]
    standings: list[Standing]
    is_registered: bool
    password_expires_on: date | None
    lanes: list[FailureCounter]
    blocks: list[AccessBlock]
    cases: list[SecurityCase]
    sessions: list[Way]
    sign_ins: list[Way]
    last_sign_in: Way | None
    last_code_at: datetime | None
    last_code_for: str
    messages: list[SmsMessage]
    calls: list[Call]
    permit: ResetPermit | None
    browsers_count: int
    has_app: bool

    @property
    def is_frozen(self) -> bool:
        return any(block.kind != AccessBlock.Kind.CENTRE for block in self.blocks)


def of(user: User, *, at: datetime) -> Dossier:
    """Everything on the page of one customer."""
    lanes = FailureCounter.objects.filter(identity=lockout.identity_of_user(user)).exclude(failures=0)
    blocks = list(AccessBlock.objects.filter(user=user, lifted_at=None).order_by("placed_at"))
    messages = _messages(user)
    standings = _standings(user, at)
    code = _code_before_today(user, at)
    counters = list(lanes.order_by("lane"))
    return Dossier(
        user=user,
        phone=mask_phone(user.person.phone) if user.person and user.person.phone else "",
        phone_changed_at=user.person.phone_changed_at if user.person else None,
        obstacles=_obstacles(user, blocks, counters, standings, messages, at),
        standings=standings,
        is_registered=is_password_usable(user.password),
        password_expires_on=selectors.password_expires_on(user),
        lanes=counters,
        blocks=blocks,
        cases=list(SecurityCase.objects.filter(user=user).order_by("-opened_at")[:SHOWN_MAX]),
        sessions=_ways(_attempts(user).filter(signed_in_at__isnull=False, ended_at=None, expires_at__gt=at)),
        sign_ins=_ways(_attempts(user)),
        last_sign_in=next(iter(_ways(_attempts(user).filter(signed_in_at__isnull=False)[:1])), None),
        last_code_at=code.created_at if code else None,
        last_code_for=code.get_purpose_display() if code else "",
        messages=messages,
        calls=list(Call.objects.filter(user=user).select_related("agent").order_by("-opened_at")[:SHOWN_MAX]),
        permit=ResetPermit.objects.filter(user=user, used_at=None, expires_at__gt=at).order_by("-given_at").first(),
        browsers_count=KnownBrowser.objects.filter(user=user, revoked_at=None).count(),
        has_app=factors.device_of(user) is not None,
    )


def _attempts(user: User) -> QuerySet[LoginAttempt]:
    return LoginAttempt.objects.filter(user=user).select_related("mandate__company").order_by("-started_at")


def _ways(attempts: QuerySet[LoginAttempt]) -> list[Way]:
    return [Way(attempt, user_agents.in_words(attempt.browser)) for attempt in attempts[:SHOWN_MAX]]


def _code_before_today(user: User, at: datetime) -> FnpChallenge | None:
    """The last FNP of an earlier day in Tirana: whoever stole a SIM this morning has not seen it."""
    today = clock.tirana(at).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = FnpChallenge.objects.filter(user=user, created_at__lt=today, messages__isnull=False)
    return sent.order_by("-created_at").first()


def _messages(user: User) -> list[SmsMessage]:
    """Codes and the digits of calls, without texts and numbers: when, what for, by whom sent and how they fared."""
    told = SmsMessage.objects.select_related("challenge").defer("body_template", "to").order_by("-created_at")
    codes = told.filter(challenge__user=user)[:SHOWN_MAX]
    digits = told.filter(digits__call__user=user)[:SHOWN_MAX]
    newest_first = sorted([*codes, *digits], key=lambda message: message.created_at, reverse=True)
    return newest_first[:SHOWN_MAX]


def _standings(user: User, at: datetime) -> list[Standing]:
    mandates = Mandate.objects.filter(user=user).select_related("company", "user").order_by("company__name")
    missing = {mandate: registration.missing_for(mandate, at=at) for mandate in mandates}
    papers = PAPERS if is_password_usable(user.password) else frozenset()
    return [
        Standing(
            mandate=mandate,
            rights=selectors.rights_in_words(mandate),
            missing=[registration.MISSING[name] for name in names],
            lets_in=papers.issuperset(names),
        )
        for mandate, names in missing.items()
    ]


# --- Why she does not get in -----------------------------------------------------------------------------------------


def _obstacles(
    user: User,
    blocks: list[AccessBlock],
    lanes: list[FailureCounter],
    standings: list[Standing],
    messages: list[SmsMessage],
    at: datetime,
) -> list[Obstacle]:
    """In the order in which a caller meets them."""
    found = [_of_block(block) for block in blocks]
    found += [_of_lane(lane) for lane in lanes if lane.blocked_until and lane.blocked_until > at]
    found += _of_access(user, at)
    if not any(one.lets_in for one in standings):
        found.append(
            Obstacle(
                _("Nuk hyn dot për asnjë kompani: shihni çfarë mungon te “Kompanitë”."),
                _("Mandati, marrëveshja dhe dokumentet rregullohen në degë."),
            )
        )
    return found + _of_sms(messages, at)


def _of_block(block: AccessBlock) -> Obstacle:
    facts = {"reference": block.reference, "lane": block.get_lane_display()}
    match block.kind:
        case AccessBlock.Kind.CENTRE:
            cause = _("Shumë prova të gabuara në korsinë “%(lane)s”: mbyllur deri te Contact Center, %(reference)s.")
            return Obstacle(cause % facts, _("Zhbllokojeni, pasi ta verifikoni telefonuesin."))
        case AccessBlock.Kind.FREEZE:
            cause = _("Klienti e ngriu vetë hyrjen, referenca %(reference)s: ndoshta ka humbur celularin.")
        case _:
            cause = _("Hyrjen e ngriu Contact Center, referenca %(reference)s.")
    return Obstacle(cause % facts, _("Propozoni heqjen e ngrirjes; e konfirmon një koleg tjetër."))


def _of_lane(lane: FailureCounter) -> Obstacle:
    until = clock.tirana(clock.shown(lane.blocked_until)) if lane.blocked_until else None
    facts = {
        "lane": lane.get_lane_display(),
        "failures": lane.failures,
        "codes": lane.code_failures,
        "until": f"{until:%d.%m.%Y %H:%M}" if until else "",
        "reference": lane.reference,
    }
    cause = _(
        "Korsia “%(lane)s” është mbyllur deri më %(until)s: %(failures)s gabime radhazi, prej tyre FNP pas "
        "fjalëkalimit të saktë %(codes)s. Referenca %(reference)s."
    )
    return Obstacle(cause % facts, _("Zhbllokojeni, pasi ta verifikoni telefonuesin, ose prisni deri atëherë."))


def _of_access(user: User, at: datetime) -> list[Obstacle]:
    found = []
    expires_on = selectors.password_expires_on(user)
    if not user.is_active:
        found.append(Obstacle(_("Hyrja e këtij klienti është mbyllur nga banka."), _("Drejtojeni te dega.")))
    if not (user.person and user.person.phone):
        found.append(
            Obstacle(_("Banka nuk ka celular për FNP-të."), _("Celulari regjistrohet vetëm në degë, nga dy persona."))
        )
    if not is_password_usable(user.password):
        found.append(
            Obstacle(_("Klienti nuk është regjistruar ende."), _("Regjistrohet vetë në portal, me kartë dhe FNP."))
        )
    elif user.must_change_password or (expires_on and expires_on < clock.tirana_day(at + clock.offset())):
        found.append(
            Obstacle(
                _("Fjalëkalimi duhet ndryshuar: ka skaduar ose u raportua një FNP e papritur."),
                _("Hyn me fjalëkalimin që ka; portali i kërkon një të ri pas FNP-së."),
            )
        )
    return found


def _of_sms(messages: list[SmsMessage], at: datetime) -> list[Obstacle]:
    found = []
    if routes.are_disturbed(at):
        found.append(
            Obstacle(_("Shërbimi SMS ka një pengesë për të gjithë klientët."), _("Provohet përsëri pas disa minutash."))
        )
    if messages and messages[0].status in {SmsMessage.Status.FAILED, SmsMessage.Status.EXPIRED}:
        cause = _("SMS-ja e fundit nuk mbërriti: %(why)s.")
        why = messages[0].error_words or messages[0].get_status_display()
        found.append(
            Obstacle(cause % {"why": why}, _("Celulari të ketë sinjal dhe vend; pastaj të kërkohet një FNP tjetër."))
        )
    return found

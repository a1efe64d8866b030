"""What there is about a case of security, for whoever works on it: the way in that it speaks of, from where, with which
browser, and what became of every SMS. Reads only; no code, no text of an SMS, no whole phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.identifiers import mask_phone
from auth_flow import user_agents
from auth_flow.models import AccessBlock, CaseNote, LoginAttempt, SecurityCase, SmsMessage

# What happened around a case: before it, and after.
BEFORE = timedelta(days=2)
AFTER = timedelta(days=1)
SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class WayIn:
    """One sign-in; `is_named` where the case is about a code of this very one."""

    attempt: LoginAttempt
    browser: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    phone: str
    ways_in: list[WayIn]
    messages: list[SmsMessage]
    blocks: list[AccessBlock]
    others: list[SecurityCase]
    notes: list[CaseNote]


def of(case: SecurityCase) -> Evidence:
    """Everything on the page of one case, oldest first; six queries. A case of nobody has its notes alone."""
    notes = list(case.notes.order_by("pk"))
    user = case.user
    if user is None:
        return Evidence("", [], [], [], [], notes)
    phone = user.person.phone if user.person else ""
    return Evidence(
        phone=mask_phone(phone) if phone else "",
        ways_in=_ways_in(case),
        messages=_messages(case),
        blocks=list(AccessBlock.objects.filter(user=user).order_by("-placed_at")[:SHOWN_MAX]),
        others=list(SecurityCase.objects.filter(user=user).exclude(pk=case.pk).order_by("-opened_at")[:SHOWN_MAX]),
        notes=notes,
    )


def _ways_in(case: SecurityCase) -> list[WayIn]:
    named = case.challenge.attempt_id if case.challenge else None
    since, until = _around(case)
    around = LoginAttempt.objects.filter(user=case.user, started_at__range=(since, until))
    found = list(around.select_related("mandate__company").order_by("-started_at")[:SHOWN_MAX])
    if named and named not in {attempt.pk for attempt in found}:
        found.append(LoginAttempt.objects.select_related("mandate__company").get(pk=named))
    found.sort(key=lambda attempt: attempt.started_at)
    return [WayIn(attempt, user_agents.in_words(attempt.browser), attempt.pk == named) for attempt in found]


def _messages(case: SecurityCase) -> list[SmsMessage]:
    """What went to her phone around the case, and all of the way in that it names."""
    since, until = _around(case)
    to_her = SmsMessage.objects.filter(challenge__user=case.user).defer("body_template")
    around = to_her.filter(created_at__range=(since, until))
    if case.challenge:
        around |= to_her.filter(challenge__attempt=case.challenge.attempt_id)
    newest = around.select_related("challenge").order_by("-created_at")[:SHOWN_MAX]
    return sorted(newest, key=lambda message: message.created_at)


def _around(case: SecurityCase) -> tuple[datetime, datetime]:
    began = case.challenge.created_at if case.challenge else case.opened_at
    return began - BEFORE, case.opened_at + AFTER

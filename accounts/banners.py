"""Placing and ending what stands above every page. Each takes one person of staff and leaves its line in the trail.

`at` is the machine's moment, as everything about a banner is (accounts.models.banners).
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Banner
from accounts.refusals import Refusal
from accounts.verbs import verb

# Longer than that, and people stop reading what stands above a page.
LONGEST: Final = timedelta(days=31)


class EndsBeforeItStarts(Refusal):
    sentence = _("Njoftimi duhet të mbarojë pasi të fillojë. Ndryshoni orën e mbarimit.")


class AlreadyOver(Refusal):
    sentence = _("Kjo orë mbarimi ka kaluar dhe njoftimin nuk do ta shihte askush. Shkruani një orë që vjen.")


class StandsTooLong(Refusal):
    sentence = _("Një njoftim qëndron më së shumti %(days)s ditë. Shkurtojeni, dhe vendoseni përsëri nëse duhet.")


class EndedBefore(Refusal):
    sentence = _("Ky njoftim ka mbaruar dhe nuk shihet më. Nuk keni çfarë të bëni.")


def not_over(at: object) -> QuerySet[Banner]:
    """What stands at a moment or is to come, the gravest first; `at` may be a place in a question."""
    waiting = Banner.objects.filter(ended_at__isnull=True, ends_at__gt=at)
    return waiting.order_by("-severity", "starts_at", "pk")


@verb("bank.banner.placed")
def place(
    *,
    kind: str,
    severity: int,
    audience: str,
    text_sq: str,
    text_en: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: audit.Actor,
    at: datetime,
) -> Banner:
    """Let a sentence stand above the pages of `audience`. Refuses one that ends before it starts, or before now, and
    one that would stand for longer than LONGEST."""
    if ends_at <= starts_at:
        raise EndsBeforeItStarts
    if ends_at <= at:
        raise AlreadyOver
    if ends_at - starts_at > LONGEST:
        raise StandsTooLong(days=LONGEST.days)
    banner = Banner.objects.create(
        kind=kind,
        severity=severity,
        audience=audience,
        text_sq=text_sq,
        text_en=text_en,
        starts_at=starts_at,
        ends_at=ends_at,
        placed_by=actor.name,
        placed_at=at,
    )
    facts = {"kind": kind, "severity": severity, "audience": audience, "sq": text_sq, "en": text_en}
    facts |= {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    audit.record("bank.banner.placed", actor=actor, at=at, subject=f"banner:{banner.pk}", details=facts)
    return banner


@verb("bank.banner.ended")
def end(*, banner_id: int, actor: audit.Actor, at: datetime) -> Banner:
    """Take a banner away, or see to it that it never comes. Refuses one that is over."""
    banner = Banner.objects.select_for_update().get(pk=banner_id)
    if banner.ended_at is not None or banner.ends_at <= at:
        raise EndedBefore
    banner.ended_by, banner.ended_at = actor.name, at
    banner.save(update_fields=["ended_by", "ended_at"])
    audit.record("bank.banner.ended", actor=actor, at=at, subject=f"banner:{banner.pk}")
    return banner

"""What the bank tells a user: the one writer of Notice, and the sentences that its kinds stand for.

A room that has something to tell declares the sentence once, beside the verb that tells it:

    notices.declare("auth.password.changed", _("Fjalëkalimi juaj u ndryshua."))

and calls `tell` in the transaction of the act. What is not told when the act is rolled back, was never told.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import Company, Notice, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNKNOWN: "StrOrPromise" = _("Ka një njoftim nga banka. Telefononi Contact Center për hollësi.")

_sentences: "dict[str, StrOrPromise]" = {}


def declare(kind: str, sentence: "StrOrPromise") -> None:
    """Give a kind its sentence; `%(name)s` in it is filled from the facts of each notice."""
    _sentences[kind] = sentence


def tell(user: User, kind: str, facts: Mapping[str, Any], at: datetime, company: Company | None = None) -> Notice:
    """Write one notice in the caller's transaction, and hand it to the channel that sends it on.

    `facts` are JSON values as people read them, never a secret, a code or a full phone. `at` is the bank's moment
    (`clock.shown()` of a moment of the machine's).
    """
    notice = Notice(user=user, company=company, kind=kind, facts=dict(facts), created_at=at)
    tell_many([notice])
    return notice


def tell_many(told: Sequence[Notice]) -> None:
    """Write many notices in one go, and hand them on together; their facts as for `tell`."""
    if not told:
        return
    Notice.objects.bulk_create(told)
    if settings.NOTICE_CHANNEL:
        send_on = cast(Callable[[Sequence[Notice]], None], import_string(settings.NOTICE_CHANNEL))
        send_on(told)


def in_words(notice: Notice) -> str:
    """The sentence of a notice, in the language of whoever reads it."""
    sentence = str(_sentences.get(notice.kind, UNKNOWN))
    try:
        return str(sentence % _readable(notice.facts))
    except (KeyError, TypeError, ValueError):  # told by an older release, with other facts
        return str(UNKNOWN)


def _readable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are told; a `reason` is a msgid, put in the language of whoever reads it."""
    reason = facts.get("reason")
    return {**facts, "reason": gettext(reason)} if reason else dict(facts)


def of(user: User) -> QuerySet[Notice]:
    """Everything that this user was told, newest first."""
    return Notice.objects.filter(user=user).select_related("company").order_by("-pk")


def unseen(user: Any) -> QuerySet[Notice]:
    """What this user, or a place in a question, has not seen yet."""
    return Notice.objects.filter(user=user, seen_at=None)


def unseen_count(user: User) -> int:
    return unseen(user).count()


def mark_seen(*, user: User, at: datetime) -> int:
    """Everything told so far has been seen; returns how many were new."""
    return Notice.objects.filter(user=user, seen_at=None).update(seen_at=at)


def forget_seen(before: datetime, most: int) -> int:
    """Notices that were read before a moment, at most so many; how many went. What nobody read stays."""
    read = Notice.objects.filter(seen_at__lt=before).order_by("pk").values_list("pk", flat=True)
    return Notice.objects.filter(pk__in=list(read[:most])).delete()[0]

"""The list of what the core brought and our books cannot explain: somebody of staff looks into it and settles it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import ReconciliationItem
from accounts.refusals import Refusal
from accounts.verbs import verb

NOTE_MIN = 5
NOTE_MAX = 200


class TellsNothing(Refusal):
    """Fact: at_least."""

    sentence = _("Shkruani në shënim çfarë gjetët, me të paktën %(at_least)s shkronja.")


class NothingToSettle(Refusal):
    sentence = _("Ky veprim nuk pret zgjidhje: përputhet vetë ose e ka zgjidhur dikush tjetër.")


@verb("core.item.settled")
def settle(*, item_id: int, note: str, actor: audit.Actor, at: datetime) -> ReconciliationItem:
    """Take one item off the list, with a note of what was found. It books nothing and opens nothing again.

    Refuses a note that tells nothing, and an item that is matched or settled already.
    """
    found = " ".join(note.split())[:NOTE_MAX]
    if len(found) < NOTE_MIN:
        raise TellsNothing(at_least=NOTE_MIN)
    item = ReconciliationItem.objects.select_for_update(no_key=True).filter(pk=item_id).first()
    if item is None or not item.is_waiting:
        raise NothingToSettle
    item.settled_at, item.settled_by, item.note = at, actor.name, found
    item.save(update_fields=["settled_at", "settled_by", "note"])
    audit.record(
        "core.item.settled",
        actor=actor,
        at=at,
        subject=f"item:{item.pk}",
        reason=found,
        details={"status": item.status, "why": item.why, "reference": item.reference},
    )
    return item

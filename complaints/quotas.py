"""How much of the disk people may fill with files: of one case, and of all strangers in a day.

The store itself looks at what is left of the disk (attachments.py). Moments are the bank's clock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal
from complaints import spam
from complaints.attachments import Accepted
from complaints.models import Attachment, Case, Reply


class CaseIsFull(Refusal):
    sentence = _("Ky rast ka tashmë shumë skedarë. Dërgojeni shkrimin pa ta, ose sillini në degë.")


class TooManyFilesToday(Refusal):
    sentence = _("Sot na kanë ardhur shumë skedarë. Dërgojeni shkrimin pa ta, ose provoni përsëri nesër.")


def refuse_many_files(case: Case, files: Sequence[Accepted], *, at: datetime) -> None:
    """Refuses what would be too much for this case, and for a day of strangers. The case is held, or made just now."""
    if not files:
        return
    more, handed_in = sum(file.size for file in files), Attachment.objects.filter(reply__kind=Reply.Kind.CUSTOMER)
    if _bytes_of(handed_in.filter(reply__case=case)) + more > settings.ATTACHMENTS["bytes_of_case_max"]:
        raise CaseIsFull
    if case.user_id is None:
        spam.wait_for_turn(None)
        of_strangers = handed_in.filter(attached_at__gt=at - timedelta(days=1), reply__case__user=None)
        if _bytes_of(of_strangers) + more > settings.ATTACHMENTS["bytes_a_day_max"]:
            raise TooManyFilesToday


def _bytes_of(files: "QuerySet[Attachment]") -> int:
    return int(files.aggregate(total=Sum("size"))["total"] or 0)

"""A new link for whoever has lost hers: it goes to the e-mail that the case was filed with, and nowhere else."""

from datetime import datetime, timedelta
from typing import Final

from accounts import audit
from accounts.verbs import verb
from complaints import cases, letters
from complaints.models import Case, StatusLink

# Letters about one case in a day, the bank's answers among them: nobody fills somebody else's mailbox by asking.
A_DAY_MAX: Final = 5


@verb("complaints.link.asked")
def ask(*, number: str, email: str, actor: audit.Actor, at: datetime) -> None:
    """Send a link where number and e-mail fit each other. Refuses nothing: nobody learns whether they do."""
    found = Case.objects.filter(number=number, email__iexact=email, user=None).exclude(email="").first()
    if found is None:
        return
    case = cases.locked(found.pk)
    if StatusLink.objects.filter(case=case, made_at__gt=at - timedelta(days=1)).count() < A_DAY_MAX:
        letters.link_asked(case, at)
        cases.record("complaints.link.asked", case, actor, at)

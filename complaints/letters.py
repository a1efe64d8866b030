"""What the people behind a case are told: a notice to whoever signs in, an e-mail with a link to whoever does not.

An e-mail says that there is something to read, never what: mail is read by others on its way, and the address was typed
by a stranger.
"""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy

from accounts import clock, notices
from accounts.days import full_day
from auth_flow import mail
from complaints import links
from complaints.models import Case

LOGGED = "complaints.case.logged"
ANSWERED = "complaints.case.answered"
CLOSED = "complaints.case.closed"
notices.declare(LOGGED, gettext_lazy("Kërkesën tuaj e regjistruam me numrin %(number)s. E ndiqni te Kontaktet."))
notices.declare(
    ANSWERED, gettext_lazy("Banka ju është përgjigjur për rastin %(number)s. Përgjigjen e lexoni te Kontaktet.")
)
notices.declare(CLOSED, gettext_lazy("Rasti %(number)s u mbyll. Pse u mbyll, e lexoni te Kontaktet."))


def opened(case: Case, *, by_staff: bool, at: datetime) -> None:
    """The acknowledgement; whoever wrote it herself, signed in, has it on her screen."""
    if case.user_id is None:
        with translation.override(case.language):
            said = _("E morëm dhe e regjistruam me numrin %(number)s. Ju përgjigjemi deri më %(day)s.") % {
                "number": case.number,
                "day": full_day(case.answer_by),
            }
            _send(case, said, at)
    elif by_staff:
        _tell(case, LOGGED, at)


def link_asked(case: Case, at: datetime) -> None:
    """A new link, for whoever lost the last one."""
    with translation.override(case.language):
        _send(case, _("Kërkuat një lidhje të re për rastin %(number)s.") % {"number": case.number}, at)


def answered(case: Case, at: datetime) -> None:
    """There is an answer of the bank to read."""
    if case.user_id is None:
        with translation.override(case.language):
            _send(case, _("Banka ju është përgjigjur për rastin %(number)s.") % {"number": case.number}, at)
    else:
        _tell(case, ANSWERED, at)


def closed(case: Case, at: datetime) -> None:
    """The bank has closed it without a final answer, and says why in the thread."""
    if case.user_id is None:
        with translation.override(case.language):
            _send(case, _("Rasti %(number)s u mbyll.") % {"number": case.number}, at)
    else:
        _tell(case, CLOSED, at)


def _tell(case: Case, kind: str, at: datetime) -> None:
    assert case.user is not None, "asked before"
    notices.tell(case.user, kind, {"number": case.number}, at, company=case.company)


def _send(case: Case, said: str, at: datetime) -> None:
    """One fixed letter around one sentence, with a link of its own."""
    if not case.email:
        return
    link = links.make(case, at)
    where = _("Rastin e shihni dhe na shkruani këtu:") + f"\n{link}" if link else ""
    keep = _(
        "Lidhja e hap rastin tuaj pa fjalëkalim: mos ia jepni askujt. Banka nuk kërkon me të as fjalëkalim, as FNP."
    )
    who = _("Nuk na keni shkruar ju? Mos e hapni lidhjen dhe na telefononi: %(phone)s.") % {
        "phone": settings.BANK["phone_display"]
    }
    mail.queue(
        to=case.email,
        subject=_("Rasti %(number)s në %(bank)s") % {"number": case.number, "bank": settings.BANK["short_name"]},
        body="\n\n".join(part for part in (said, where, keep if link else "", who) if part),
        at=at - clock.offset(),  # mail lives by the machine's clock
    )

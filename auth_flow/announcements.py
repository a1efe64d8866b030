"""Notices sent on by e-mail (settings.NOTICE_CHANNEL), to those who did not choose otherwise.

A mail says that there is a notice. The notice's own words go along only where the front door wrote them: other rooms
speak of money, and mail is read by others on its way.
"""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import clock, notices
from accounts.models import Notice
from auth_flow import mail, preferences

OURS = "auth."


def by_mail(notice: Notice) -> None:
    """Queue an e-mail for this notice, in the transaction that wrote it, in the language that its reader chose."""
    chosen, person = preferences.of(notice.user), notice.user.person
    if not chosen.email_notices or person is None or not person.email:
        return
    with translation.override(chosen.language or settings.LANGUAGE_CODE):
        mail.queue(
            to=person.email,
            subject=_("Njoftim nga %(product)s për Biznese") % {"product": settings.BANK["product"]},
            body=_body(notice),
            at=notice.created_at - clock.offset(),  # mail lives by the machine's clock
        )


def _body(notice: Notice) -> str:
    words = notices.in_words(notice) if notice.kind.startswith(OURS) else _("Keni një njoftim të ri.")
    where = _("E gjeni në portal, te Personalizime, Njoftime. Hyni duke e shkruar vetë adresën: ky mesazh s’ka lidhje.")
    who = _("Nuk ishit ju? Telefononi menjëherë bankën: %(phone)s.") % {"phone": settings.BANK["phone_display"]}
    # What mail.queue would take for a code or an account, such as the figures in a company's name, stays in the portal.
    return "\n\n".join(line for line in (words, where, who) if not mail.FIGURES.search(line))

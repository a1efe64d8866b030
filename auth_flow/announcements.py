"""Notices sent on by e-mail (settings.NOTICE_CHANNEL), to those who did not choose otherwise.

A mail says that there is a notice. The notice's own words go along only where the front door wrote them: other rooms
speak of money, and mail is read by others on its way.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import clock, notices
from accounts.models import Notice
from auth_flow import mail, preferences

OURS = "auth."


def by_mail(told: Sequence[Notice]) -> None:
    """Queue the e-mails for these notices, in the transaction that wrote them, each in the language of its reader.

    One reader gets one e-mail of the same words, however many notices it announces.
    """
    chosen_by = preferences.of_many([notice.user for notice in told])
    letters, behind = {}, clock.offset()  # mail lives by the machine's clock
    for notice in told:
        chosen, person = chosen_by[notice.user_id], notice.user.person
        if not preferences.wants_mail(chosen, notice.kind) or person is None or not person.email:
            continue
        with translation.override(chosen.language or settings.LANGUAGE_CODE):
            subject = _("Njoftim nga %(product)s për Biznese") % {"product": settings.BANK["product"]}
            letter = mail.Letter(person.email, subject, _body(notice), notice.created_at - behind)
        letters[notice.user_id, letter.body] = letter
    mail.queue_many(list(letters.values()))


def _body(notice: Notice) -> str:
    is_ours = notice.kind.startswith(OURS)
    words = notices.in_words(notice) if is_ours else _("Keni një njoftim të ri.")
    where = _(
        "E gjeni në portal, te Personalizime, Njoftime. Adresën e tij shkruajeni vetë te shfletuesi: në këtë mesazh "
        "nuk ka asnjë lidhje për t’u hapur."
    )
    who = (
        _("Nuk ishit ju? Telefononi menjëherë bankën: %(phone)s.")
        if is_ours
        else _("Nuk e prisnit? Telefononi bankën, në çdo orë: %(phone)s.")
    ) % {"phone": settings.BANK["phone_display"]}
    # What mail.queue would take for a code or an account, such as the figures in a company's name, stays in the portal.
    return "\n\n".join(line for line in (words, where, who) if not mail.FIGURES.search(line))

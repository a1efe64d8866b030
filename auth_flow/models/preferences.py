"""What a user chose for herself: her second factor, her stamp, her language and her notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Preferences(models.Model):
    """One row a user, made when she first chooses something. The stamp is a picture's name and a word of hers."""

    class Factor(models.TextChoices):
        SMS = "sms", _("FNP me SMS")
        TOTP = "totp", _("Aplikacion kodesh")

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="preferences")
    factor = models.CharField(_("hapi i tretë i hyrjes"), max_length=5, choices=Factor, default=Factor.SMS)
    stamp_picture = models.CharField(_("figura"), max_length=20, blank=True)
    stamp_word = models.CharField(_("fjala"), max_length=30, blank=True)
    language = models.CharField(_("gjuha"), max_length=2, blank=True)
    # Which notices come by e-mail too, kind by kind; `email_notices` for whatever has no choice of its own.
    email_notices = models.BooleanField(_("njoftime me e-mail"), default=True)
    email_money_came = models.BooleanField(_("arkëtime me e-mail"), default=True, db_default=True)
    email_low_balance = models.BooleanField(_("gjendje të ulët me e-mail"), default=True, db_default=True)
    email_statements = models.BooleanField(_("pasqyra gati me e-mail"), default=True, db_default=True)

    class Meta:
        verbose_name = _("parapëlqime")
        verbose_name_plural = _("parapëlqime")

    def __str__(self) -> str:
        return str(self.user_id)

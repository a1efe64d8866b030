"""Papers that the bank has given: what was said once is said the same way for ever."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.parties import Company


class Paper(models.Model):
    """One paper as it was given, a PDF; never changed, never deleted.

    `subject` names what it is about, as the trail does (`order:<uuid>`); of one kind, subject and language there is one
    paper. `company` is empty for the thread of a stranger's complaint. `facts` are all that stands on it, `fingerprint`
    the SHA-256 of them that is printed on it, `sha256` that of the file, signature included. `code` stands on the paper
    alone; `iban_last4` and `amount_minor` are what the public page compares, empty where a paper has neither.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("numri"), max_length=20, unique=True)
    kind = models.CharField(_("lloji"), max_length=60)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.CharField(_("objekti"), max_length=120)
    language = models.CharField(_("gjuha"), max_length=5)
    facts = models.JSONField(_("të dhënat"))
    fingerprint = models.CharField(_("gjurma digjitale"), max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
    code = models.CharField(_("kodi i kontrollit"), max_length=8, blank=True)
    iban_last4 = models.CharField(_("4 shenjat e fundit të IBAN-it"), max_length=4, blank=True)
    amount_minor = models.BigIntegerField(_("shuma"), null=True, blank=True)
    made_at = models.DateTimeField(_("u bë më"))

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokumente")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_paper_per_subject_and_language", fields=["kind", "subject", "language"]),
            models.CheckConstraint(
                name="a_paper_knows_its_digests",
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$", fingerprint__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="a_paper_is_compared_by_account_and_amount",
                condition=models.Q(iban_last4="", amount_minor__isnull=True)
                | models.Q(iban_last4__regex=r"^[0-9A-Z]{4}$", amount_minor__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="paper_by_file", fields=["sha256"])]

    def __str__(self) -> str:
        return self.number

"""Papers that the bank has given: what was said once is said the same way for ever."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.parties import Company


class Paper(models.Model):
    """One paper as it was given, a PDF; never changed, never deleted.

    `subject` names what it is about, as the trail does (`order:<uuid>`); of one kind, subject and language there is one
    paper. `facts` are all that stands on it, `fingerprint` the SHA-256 of them that is printed on it, `sha256` that of
    the file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("numri"), max_length=20, unique=True)
    kind = models.CharField(_("lloji"), max_length=60)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(_("objekti"), max_length=120)
    language = models.CharField(_("gjuha"), max_length=5)
    facts = models.JSONField(_("të dhënat"))
    fingerprint = models.CharField(_("gjurma digjitale"), max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
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
        ]

    def __str__(self) -> str:
        return self.number

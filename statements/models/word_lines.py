"""What the words of a line are looked up in. Nothing is known here that the books do not say."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount


class WordLine(models.Model):
    """The plain words of one entry, as its account reads it, between blanks: ` fatura 1147 =out =online =domestic `.

    Written behind the books by `word_lines_write` and by nothing else, in the order of the account's numbers and
    without a gap: it is the beginning of the account's life, and what is not there yet is searched in the books.
    """

    pk = models.CompositePrimaryKey("account_id", "sequence")
    # Without a foreign key in the database: whoever writes words must not touch the rows that postings wait for.
    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    sequence = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    words = models.TextField()

    class Meta:
        verbose_name = _("fjalët e një veprimi")
        verbose_name_plural = _("fjalët e veprimeve")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="words_stand_between_blanks", condition=models.Q(words__startswith=" ", words__endswith=" ")
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.sequence}"

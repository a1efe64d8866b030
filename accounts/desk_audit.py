"""The audit trail on the staff's desk, each record as it was written and with its hash."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown
from accounts.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventDesk(Shown):
    of_company = ("company",)
    list_display = ("at", "event", "outcome", "actor", "actor_role", "company", "subject")
    list_filter = ("outcome", "actor_role")
    search_fields = ("event", "actor", "subject", "company")
    ordering = ("-id",)
    fields = (
        ("chain", "sequence", "at"),
        ("event", "outcome", "reason"),
        ("actor", "actor_role", "company", "subject"),
        ("exact_record", "hash_in_hex"),
    )

    @admin.display(description=_("Regjistrimi i saktë"))
    def exact_record(self, event: AuditEvent) -> str:
        return bytes(event.record).decode()

    @admin.display(description=_("Gjurma digjitale (SHA-256)"))
    def hash_in_hex(self, event: AuditEvent) -> str:
        return bytes(event.hash).hex()

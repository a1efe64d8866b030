"""Papers that customers were given, on the staff's desk: by number and digest, as a check asks for them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown
from accounts.models import Paper


@admin.register(Paper)
class PaperDesk(Shown):
    of_company = ("company",)
    note = _("Këtu vetëm shihet: një dokument që u dha mbetet siç u dha.")
    list_display = ("number", "kind", "company", "language", "made_at")
    list_filter = ("kind", "language")
    list_select_related = ("company",)
    search_fields = ("number", "fingerprint", "sha256", "subject", "company__nipt")
    ordering = ("-made_at",)
    fields = (("number", "kind", "language"), ("company", "subject"), ("fingerprint", "sha256"), "made_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content", "facts")

"""Reports of the fiscalisation on the staff's desk: looked at and taken along, with a trace."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown, record
from payments.models import FiscalReport


@admin.register(FiscalReport)
class FiscalReportDesk(Shown):
    note = _("Bëhet vetë kur mbyllet dita dhe nuk ndryshon më. Kopja gjendet në dosjen e skedarëve.")
    list_display = ("name", "count", "digest", "made_at", "written_at")
    date_hierarchy = "day"
    ordering = ("-day",)
    fields = ("day", "link", "count", "digest", ("made_at", "written_at"))
    readonly_fields = ("link",)

    def get_urls(self) -> list[URLPattern]:
        page = path("<str:day>/file/", self.admin_site.admin_view(self.file), name="payments_fiscalreport_file")
        return [page, *super().get_urls()]

    @admin.display(description=_("skedari"))
    def link(self, report: FiscalReport) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:payments_fiscalreport_file", args=[report.pk]), report)

    def file(self, request: HttpRequest, day: str) -> HttpResponse:
        """The bytes as they were made."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = get_object_or_404(FiscalReport, name=f"{day}.csv")
        record("payments.fiscal.taken", request, f"day:{report.day}", {"digest": report.digest})
        headers = {"Content-Disposition": f'attachment; filename="{report.name}"'}
        return HttpResponse(bytes(report.content), content_type="text/csv; charset=utf-8", headers=headers)

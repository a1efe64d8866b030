"""The map of the whole site on one screen."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bkt_portal import errors, health, help, views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("", include("auth_flow.urls")),
    path("accounts/", include("statements.urls")),
    path("payments/", include("payments.urls")),
    path("", include("complaints.urls")),
    path("papers/check/", views.paper_check, name="paper_check"),
    path("help/", help.index, name="help"),
    path("help/manual/", help.text, {"name": "manual"}, name="help_manual"),
    path("help/manual/pdf/", help.manual_pdf, name="help_manual_pdf"),
    path("help/security/", help.text, {"name": "security"}, name="help_security"),
    path("help/faq/", help.text, {"name": "faq"}, name="help_faq"),
    path("help/browsers/", help.text, {"name": "browsers"}, name="help_browsers"),
    path("help/branch/", help.text, {"name": "branch"}, name="help_branch"),
    path("help/new/", help.text, {"name": "new"}, name="help_new"),
    path("help/tariffs/", help.tariffs, name="help_tariffs"),
    path("staff/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
if settings.IN_DEMO:
    from bkt_portal import demo_clearing_views, demo_views

    urlpatterns += [
        path("demo/phone/", demo_views.phone, name="demo_phone"),
        path("demo/clock/", demo_views.clock_page, name="demo_clock"),
        path("demo/clearing/", demo_clearing_views.page, name="demo_clearing"),
    ]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken

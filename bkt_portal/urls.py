"""The map of the whole site on one screen."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bkt_portal import errors, health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("", include("auth_flow.urls")),
    path("accounts/", include("statements.urls")),
    path("payments/", include("payments.urls")),
    path("", include("complaints.urls")),
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

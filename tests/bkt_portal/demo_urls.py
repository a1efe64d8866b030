"""The map of the demo, for tests that run outside of it."""

from django.urls import path

from bkt_portal import demo_clearing_views, demo_views
from bkt_portal.urls import handler400, handler403, handler404, handler500, urlpatterns as of_the_house

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *of_the_house,
    path("demo/phone/", demo_views.phone, name="demo_phone"),
    path("demo/clock/", demo_views.clock_page, name="demo_clock"),
    path("demo/clearing/", demo_clearing_views.page, name="demo_clearing"),
]

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "bkt_portal"

    def ready(self) -> None:
        import bkt_portal.checks  # noqa: F401  registers the system checks


class StaffAdminConfig(AdminConfig):
    """Django's admin with the staff site in its place, so that rooms register without importing the roof."""

    default_site = "bkt_portal.staff_site.StaffSite"

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "bkt_portal"

    def ready(self) -> None:
        # The system checks register themselves; the staff's session listens to whoever signs in.
        import bkt_portal.checks
        import bkt_portal.staff_session  # noqa: F401


class StaffAdminConfig(AdminConfig):
    """Django's admin with the staff site in its place, so that rooms register without importing the roof."""

    default_site = "bkt_portal.staff_site.StaffSite"

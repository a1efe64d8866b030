from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "bkt_portal"

    def ready(self) -> None:
        # The system checks register themselves; the staff's session listens to whoever signs in.
        import bkt_portal.checks
        import bkt_portal.staff_session  # noqa: F401
        from bkt_portal import staff_roles

        # Once a migrate: the admin is the last of the installed apps that have models.
        post_migrate.connect(staff_roles.lay_down, sender=apps.get_app_config("admin"))


class StaffAdminConfig(AdminConfig):
    """Django's admin with the staff site in its place, so that rooms register without importing the roof."""

    default_site = "bkt_portal.staff_site.StaffSite"

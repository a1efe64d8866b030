from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuthFlowConfig(AppConfig):
    name = "auth_flow"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Hyrja")

    def ready(self) -> None:
        # Notices are read, and sent on, by processes that never call the verbs behind them.
        from auth_flow import blocks, case_work, cases, desk, factor_change, passwords, sessions, thaws  # noqa: F401

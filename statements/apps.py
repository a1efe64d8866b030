from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    name = "statements"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Pasqyrat")

    def ready(self) -> None:
        from statements import export_jobs, low_balances, ready_notices  # noqa: F401  told by the worker, read on the pages

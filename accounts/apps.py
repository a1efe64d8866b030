from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Librat")

    def ready(self) -> None:
        from accounts import enrolment  # noqa: F401  its notices are read where its verbs are never called

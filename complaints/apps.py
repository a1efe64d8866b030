from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Ankesat")

    def ready(self) -> None:
        from complaints import letters  # noqa: F401  its notices are read where no case is ever touched

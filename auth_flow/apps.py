from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuthFlowConfig(AppConfig):
    name = "auth_flow"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Hyrja")

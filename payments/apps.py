from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Pagesat")

    def ready(self) -> None:
        from accounts import corrections
        from payments import books_laws, clearing, clearing_laws  # noqa: F401  what the books must say of payments

        corrections.register_objection("clearing", clearing.require_not_left)

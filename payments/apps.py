from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Pagesat")

    def ready(self) -> None:
        from accounts import corrections
        from payments import (  # noqa: F401  laws of the books, and words of notices, which other processes read
            answers,
            books_laws,
            changes,
            clearing,
            clearing_laws,
            failure_notices,
            payee_notices,
            standing_notices,
        )

        corrections.register_objection("clearing", clearing.require_not_left)

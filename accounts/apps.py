from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Librat")

    def ready(self) -> None:
        # Notices are read, and proposals decided, where the verbs behind them are never called by name.
        from accounts import corrections, enrolment, mandate_powers, mandate_terms, money_came, powers  # noqa: F401, I001
        from accounts.core_feed import booking  # noqa: F401
        from accounts import books_laws  # noqa: F401  laws are asked where their modules are never named

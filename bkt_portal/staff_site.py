"""The staff's only door: Django's admin behind a one-time password of an authenticator, never of an SMS (R74)."""

from collections.abc import Iterable
from typing import Any, cast

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.admin import OTPAdminAuthenticationForm
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User

# What widens power without a second person, or shows a secret: a device's key, a group's rights.
KEPT_OUT = frozenset({"auth.Group", "otp_totp.TOTPDevice"})


class StaffSite(AdminSite):
    """Lets in an active member of staff whose session was verified with a TOTP device."""

    site_title = _("Stafi")
    site_header = str(settings.BANK["product"])
    index_title = _("Tavolina e stafit")
    login_form = OTPAdminAuthenticationForm
    login_template = "admin/login.html"
    site_url = None
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models if model._meta.label not in KEPT_OUT], admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User) or user.kind != User.Kind.STAFF or not user.is_active:
            return False
        return isinstance(cast(object, getattr(user, "otp_device", None)), TOTPDevice)

"""The staff's only door: Django's admin behind a one-time password of an authenticator, never of an SMS (R74)."""

from collections.abc import Iterable
from typing import Any, cast

import django_otp
from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import clock
from accounts.models import User
from auth_flow import lockout
from bkt_portal import staff_board, staff_trail
from bkt_portal.staff_desk import on_the_desk

# What widens power without a second person, or shows a secret: a device's key, a group's rights.
KEPT_OUT = frozenset({"auth.Group", "otp_totp.TOTPDevice"})
# A password changes with a second person's consent, which has no page yet. The lists that a form could complete itself
# from name people without a reason and without a trace, and no form here asks for them.
CLOSED = frozenset({"password_change", "password_change_done", "autocomplete", "view_on_site"})


class StaffSignIn(AdminAuthenticationForm):
    """Name, password and the code of the person's own authenticator; one answer to whatever of them was wrong."""

    otp_token = forms.CharField(max_length=7)
    error_messages = {  # noqa: RUF012  read by Django's form
        "invalid_login": _(
            "Emri, fjalëkalimi ose kodi i pajisjes nuk është i saktë. Kontrolloni të tre dhe provoni përsëri."
        ),
        "inactive": _("Kjo hyrje nuk është aktive. Flisni me administratorin."),
    }

    judged = "password"  # what is judged now, hence what was wrong when it is refused

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except ValidationError:
            staff_trail.refused(self.request, self.cleaned_data.get("username", ""), why=self.judged)
            raise

    def confirm_login_allowed(self, user: User) -> None:
        """After the password: the try is counted before the code is judged, a full success forgets it."""
        super().confirm_login_allowed(user)
        self.judged = "code"
        device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
        token = self.cleaned_data.get("otp_token", "").replace(" ", "")
        try:
            lockout.reserve(lockout.identity_of_staff(user.username), lockout.OTHERS, clock.machine())
        except lockout.SignInBlocked:
            raise self.get_invalid_login_error() from None
        # verify_token locks the device's row: the same code is never taken twice.
        verified = device and django_otp.verify_token(user, device.persistent_id, token)
        if not verified:
            raise self.get_invalid_login_error()
        # django-otp marks the session as verified when Django says that this user signed in.
        user.otp_device = verified  # type: ignore[attr-defined]  # django-otp's own attribute

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")


class StaffSite(AdminSite):
    """Lets in an active member of staff whose session was verified with a TOTP device."""

    site_title = _("Stafi")
    site_header = str(settings.BANK["product"])
    index_title = _("Tavolina e stafit")
    login_form = StaffSignIn
    login_template = "admin/login.html"
    site_url = None
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        shown = [model for model in models if model._meta.label not in KEPT_OUT]
        super().register(shown, on_the_desk(admin_class or ModelAdmin), **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [url for url in super().get_urls() if getattr(url, "name", "") not in CLOSED]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The tables, and above them how the day goes, as far as this person may see it."""
        user = cast(User, request.user)
        board = staff_board.panels(user, at=clock.now(), machine=clock.machine())
        return super().index(request, {**(extra_context or {}), "board": board})

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        if request.method == "POST" and isinstance(request.user, User):
            staff_trail.signed_out(request.user, why="asked")
        return super().logout(request, extra_context)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User) or user.kind != User.Kind.STAFF or not user.is_active:
            return False
        return isinstance(cast(object, getattr(user, "otp_device", None)), TOTPDevice)

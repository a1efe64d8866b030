"""The addresses of the front door."""

from django.urls import path

from auth_flow import views
from auth_flow.pages import (
    deliveries,
    factor,
    hooks,
    notices,
    password,
    personalisation,
    proofs,
    recovery,
    registration,
    security,
    sessions,
)

app_name = "auth_flow"
urlpatterns = [
    path("login/", views.identify, name="login"),
    path("login/password/", views.password, name="login_password"),
    path("login/code/", views.code, name="login_code"),
    path("login/code/resend/", views.resend, name="login_resend"),
    path("login/code/delivery/", deliveries.state, name="login_delivery"),
    path("login/restart/", deliveries.restart, name="login_restart"),
    path("hooks/twilio/status/", hooks.twilio_status, name="twilio_status"),
    path("logout/", views.leave, name="logout"),
    path("company/", views.company, name="company"),
    path("personalisation/", personalisation.personalisation, name="personalisation"),
    path("personalisation/stamp/", personalisation.stamp, name="stamp"),
    path("personalisation/notices/", notices.listed, name="notices"),
    path("personalisation/notices/seen/", notices.seen, name="notices_seen"),
    path("personalisation/notices/choose/", notices.choose, name="notices_choose"),
    path("personalisation/sessions/", sessions.recent, name="sessions"),
    path("personalisation/sessions/end/", sessions.end_all, name="sessions_end"),
    path("session/stay/", sessions.stay, name="session_stay"),
    path("personalisation/factor/", factor.factor, name="factor"),
    path("personalisation/factor/ask/", factor.ask, name="factor_ask"),
    path("personalisation/factor/code/", factor.code, name="factor_code"),
    path("personalisation/factor/code/resend/", factor.resend, name="factor_resend"),
    path("personalisation/factor/app/", factor.app, name="factor_app"),
    path("personalisation/password/", password.change, name="password_change"),
    path("personalisation/password/code/", password.code, name="password_change_code"),
    path("personalisation/password/code/resend/", password.resend, name="password_change_resend"),
    path("security/freeze/", security.freeze, name="freeze"),
    path("security/not-me/", security.not_me, name="not_me"),
    path("register/", proofs.start, {"way": registration.WAY}, name="register"),
    path("register/code/", proofs.code, {"way": registration.WAY}, name="register_code"),
    path("register/code/resend/", proofs.resend, {"way": registration.WAY}, name="register_resend"),
    path("register/password/", registration.password, name="register_password"),
    path("register/what-to-bring/", registration.checklist, name="register_checklist"),
    path("password/forgot/", proofs.start, {"way": recovery.WAY}, name="password_forgot"),
    path("password/forgot/code/", proofs.code, {"way": recovery.WAY}, name="password_forgot_code"),
    path("password/forgot/code/resend/", proofs.resend, {"way": recovery.WAY}, name="password_forgot_resend"),
    path("password/forgot/new/", recovery.password, name="password_forgot_new"),
]

"""The addresses of the front door."""

from django.urls import path

from auth_flow import views

app_name = "auth_flow"
urlpatterns = [
    path("login/", views.identify, name="login"),
    path("login/password/", views.password, name="login_password"),
    path("login/code/", views.code, name="login_code"),
    path("login/code/resend/", views.resend, name="login_resend"),
    path("logout/", views.leave, name="logout"),
    path("company/", views.company, name="company"),
    path("personalisation/", views.personalisation, name="personalisation"),
]

from django.urls import path

from statements import views

app_name = "statements"
urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("<uuid:account_uuid>/activity/", views.activity, name="activity"),
    path("<uuid:account_uuid>/statements/", views.statement, name="statement"),
]

from django.urls import path

from statements import views

app_name = "statements"
urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("low-balance/", views.low_balances, name="low_balances"),
    path("<uuid:account_uuid>/", views.account, name="account"),
    path("<uuid:account_uuid>/months/", views.months, name="months"),
    path("<uuid:account_uuid>/iban/", views.iban_card, name="iban_card"),
    path("<uuid:account_uuid>/activity/", views.activity, name="activity"),
    path("<uuid:account_uuid>/activity/<int:sequence>/", views.line, name="line"),
    path("<uuid:account_uuid>/statements/", views.statement, name="statement"),
    path("<uuid:account_uuid>/statements/volumes/", views.volumes, name="volumes"),
    path("<uuid:account_uuid>/statements/volumes/all/", views.all_volumes, name="all_volumes"),
    path("<uuid:account_uuid>/exports/", views.exports, name="exports"),
    path("<uuid:account_uuid>/exports/<uuid:export_id>/", views.export, name="export"),
    path("<uuid:account_uuid>/exports/<uuid:export_id>/file/", views.export_file, name="export_file"),
    path("<uuid:account_uuid>/archive/", views.archive, name="archive"),
    path("<uuid:account_uuid>/archive/paper/", views.archive_paper, name="archive_paper"),
]

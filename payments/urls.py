from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("", views.orders_list, name="orders"),
    path("new/domestic/", views.new_domestic, name="new_domestic"),
    path("approvals/", views.approvals_list, name="approvals"),
    path("<uuid:order_id>/", views.order, name="order"),
    path("<uuid:order_id>/review/", views.review, name="review"),
    path("<uuid:order_id>/sign/", views.sign, name="sign"),
    path("<uuid:order_id>/sign/resend/", views.sign_resend, name="sign_resend"),
    path("<uuid:order_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:order_id>/reject/", views.reject, name="reject"),
]

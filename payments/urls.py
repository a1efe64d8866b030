from django.urls import path

from payments.views import budget, orders, signing, transfers

app_name = "payments"
urlpatterns = [
    path("", orders.orders_list, name="orders"),
    path("new/own/", transfers.new_own, name="new_own"),
    path("new/internal/", transfers.new_internal, name="new_internal"),
    path("new/budget/", budget.budget_schemes, name="budget_schemes"),
    path("new/budget/<slug:code>/", budget.new_budget, name="new_budget"),
    path("new/domestic/", transfers.new_domestic, name="new_domestic"),
    path("approvals/", signing.approvals_list, name="approvals"),
    path("<uuid:order_id>/", orders.order, name="order"),
    path("<uuid:order_id>/review/", signing.review, name="review"),
    path("<uuid:order_id>/sign/", signing.sign, name="sign"),
    path("<uuid:order_id>/sign/resend/", signing.sign_resend, name="sign_resend"),
    path("<uuid:order_id>/cancel/", orders.cancel, name="cancel"),
    path("<uuid:order_id>/reject/", orders.reject, name="reject"),
]

"""Llogaritë rrjedhëse, and the page of one: its IBAN, its last twelve months, and how she wants to meet it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import charts, histories, holdings, preferences
from statements.account_forms import ArrangeForm
from statements.histories import History
from statements.iban_cards import iban_card as card_of
from statements.snapshot import one_moment
from statements.views.owned import account_or_404


@require_safe
@signed_in
def accounts(request: SignedInRequest) -> HttpResponse:
    """Llogaritë rrjedhëse (R52), currency by currency; what she hid is folded away."""
    all_of_them = preferences.accounts(request.mandate)
    facts = {
        "holdings": holdings.by_currency(all_of_them),
        "hidden_accounts": [account for account in all_of_them if holdings.is_hidden(account)],
    }
    return render(request, "statements/accounts.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def account(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """Llogaria; POST notes what she calls it, whether it stands first, whether it is folded away."""
    today = clock.tirana_day(clock.now())
    with one_moment():
        account = account_or_404(request, account_uuid)
        history = histories.history(account, today=today)
    form = ArrangeForm(request.POST or None, initial=vars(account))
    if request.method == "POST" and form.is_valid():
        preferences.arrange(account_id=account.uuid, mandate=request.mandate, at=clock.now(), **form.cleaned_data)
        messages.info(request, _("U ruajt. Kështu e shihni llogarinë vetëm ju."))
        return redirect("statements:account", account.uuid)
    facts = {
        "account": account,
        "card": card_of(account, request.company),
        "form": form,
        "history": history,
        **_charts(history),
    }
    return render(request, "statements/account.html", facts, status=422 if form.errors else 200)


@require_safe
@signed_in
def iban_card(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """The IBAN alone, on a sheet to print or to hold out."""
    account = account_or_404(request, account_uuid)
    facts = {"account": account, "card": card_of(account, request.company)}
    return render(request, "statements/iban_card.html", facts)


def _charts(history: History) -> dict[str, object]:
    """Balance and flow; without a closed day there is nothing to draw but a dot."""
    if history.closed_until is None:
        return {"balance_chart": None, "flow_chart": None}
    balances = [(balance.day, balance.minor) for balance in history.balances]
    lowest, highest = (pick(history.balances, key=lambda balance: balance.minor) for pick in (min, max))
    return {
        "balance_chart": charts.line_chart(balances, history.months),
        "flow_chart": charts.bar_chart([(flow.in_minor, flow.out_minor) for flow in history.flows]),
        "lowest": lowest,
        "highest": highest,
    }

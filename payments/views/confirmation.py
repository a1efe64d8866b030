"""The confirmation of an executed order, to take along."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts import audit, clock, papers
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from payments import confirmations
from payments.views.orders import found


@require_GET
@signed_in
def confirmation(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """The PDF in the reader's language; the same bytes each time. 404 while there is nothing to confirm."""
    order, at = found(request, order_id), clock.now()
    if not confirmations.is_confirmed(order):
        raise Http404
    language = "en" if (get_language() or "").startswith("en") else "sq"
    paper = confirmations.paper_of(order, request.mandate, language=language, at=at)
    content = papers.take(paper=paper, actor=audit.actor_of(request.mandate), at=at)
    headers = {
        "Content-Disposition": f'attachment; filename="{paper.number}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)

"""Where a provider of SMS reports what became of them. No person comes here."""

import logging
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import clock
from auth_flow.decorators import public
from auth_flow.sms import callbacks, twilio

log = logging.getLogger(__name__)


@public
@csrf_exempt  # a signature over address and form takes the token's place
@require_POST
def twilio_status(request: HttpRequest) -> HttpResponse:
    """One signed word about one message. Heard twice, it changes nothing; unsigned, it is refused."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not twilio.is_signed(request.get_full_path(), request.POST, signature):
        log.warning("A report about an SMS came without a valid signature.")
        return HttpResponse(status=403)
    callbacks.record(
        provider_id=request.POST.get("MessageSid", ""),
        state=request.POST.get("MessageStatus", ""),
        error_code=request.POST.get("ErrorCode", ""),
        message_id=_uuid(request.GET.get("message", "")),
        at=clock.machine(),
    )
    return HttpResponse(status=204)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

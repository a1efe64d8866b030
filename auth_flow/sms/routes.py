"""Which gateway sends a message, and which one tries next when it was not taken.

The first gateway has the first word, its deputy (settings.SMS_GATEWAY_FALLBACK) steps in. A message that a gateway has
perhaps taken stays with that gateway, so that no phone gets from one what another has delivered.
"""

from datetime import datetime

from django.conf import settings

from auth_flow.models import SmsMessage
from auth_flow.sms import gateways, health
from auth_flow.sms.receipts import Gateway, NotSent


def choose(message: SmsMessage, at: datetime) -> Gateway:
    """Whose turn it is: the gateway that is bound to the message, or the first one that is not disturbed."""
    first, deputy = gateways.the_gateway(), gateways.the_deputy()
    if deputy is None:
        return first
    bound = message.perhaps_taken_by or message.gateway
    if bound in {first.name, deputy.name}:
        return first if bound == first.name else deputy
    ill = health.disturbed([first.name, deputy.name], at)
    if first.name not in ill or health.may_probe(first.name, at):
        return first
    return deputy if deputy.name not in ill else first


def next_after(message: SmsMessage, gateway: Gateway, problem: NotSent) -> Gateway | None:
    """Who takes over a message that this gateway did not take; None when nobody does.

    The other one does when the fault lies with our account here, or after as many temporary failures in a row as
    settings.SMS_FALLBACK_AFTER. What the first gateway refuses for good goes to the deputy, and never back.
    """
    first, deputy = gateways.the_gateway(), gateways.the_deputy()
    if deputy is None or message.perhaps_taken_by or problem.kind == "unknown":
        return None
    if problem.kind == "permanent":
        return deputy if problem.elsewhere and gateway.name == first.name else None
    if problem.elsewhere or message.gateway_failures + 1 >= settings.SMS_FALLBACK_AFTER:
        return deputy if gateway.name == first.name else first
    return None


def are_disturbed(at: datetime) -> bool:
    """Whether no gateway of ours works as it should."""
    configured = [gateways.the_gateway(), gateways.the_deputy()]
    names = [gateway.name for gateway in configured if gateway]
    return len(health.disturbed(names, at)) == len(names)

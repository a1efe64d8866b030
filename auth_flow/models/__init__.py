"""The rows of the front door, in one namespace: `from auth_flow.models import LoginAttempt`."""

from auth_flow.models.browsers import KnownBrowser
from auth_flow.models.cases import AccessBlock, SecurityCase
from auth_flow.models.challenges import FnpChallenge
from auth_flow.models.counters import FailureCounter, NetworkCounter
from auth_flow.models.messages import GatewayHealth, MailMessage, SmsCallback, SmsMessage
from auth_flow.models.passwords import PasswordRecord
from auth_flow.models.preferences import Preferences
from auth_flow.models.sign_ins import FnpDevice, LoginAttempt

__all__ = [
    "AccessBlock",
    "FailureCounter",
    "FnpChallenge",
    "FnpDevice",
    "GatewayHealth",
    "KnownBrowser",
    "LoginAttempt",
    "MailMessage",
    "NetworkCounter",
    "PasswordRecord",
    "Preferences",
    "SecurityCase",
    "SmsCallback",
    "SmsMessage",
]

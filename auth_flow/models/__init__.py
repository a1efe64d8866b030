"""The rows of the front door, in one namespace: `from auth_flow.models import LoginAttempt`."""

from auth_flow.models.browsers import KnownBrowser
from auth_flow.models.calls import Call, CallAct, CallDigits, CustomerLook, DeskAlarm, ResetPermit
from auth_flow.models.cases import AccessBlock, CaseNote, SecurityCase
from auth_flow.models.challenges import FnpChallenge
from auth_flow.models.counters import FailureCounter, NetworkCounter
from auth_flow.models.messages import GatewayHealth, MailMessage, SmsCallback, SmsMessage
from auth_flow.models.passwords import PasswordRecord
from auth_flow.models.preferences import Preferences
from auth_flow.models.sign_ins import FnpDevice, LoginAttempt

__all__ = [
    "AccessBlock",
    "Call",
    "CallAct",
    "CallDigits",
    "CaseNote",
    "CustomerLook",
    "DeskAlarm",
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
    "ResetPermit",
    "SecurityCase",
    "SmsCallback",
    "SmsMessage",
]

"""The rows of the front door, in one namespace: `from auth_flow.models import LoginAttempt`."""

from auth_flow.models.challenges import FnpChallenge
from auth_flow.models.counters import FailureCounter, NetworkCounter
from auth_flow.models.messages import SmsMessage
from auth_flow.models.sign_ins import FnpDevice, LoginAttempt

__all__ = ["FailureCounter", "FnpChallenge", "FnpDevice", "LoginAttempt", "NetworkCounter", "SmsMessage"]

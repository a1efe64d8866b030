"""The nouns of payments, in one namespace: `from payments.models import PaymentOrder`."""

from payments.models.orders import PaymentOrder, Promise, Signature
from payments.models.rules import ApprovalRule, CutOff, ParticipantBank, Tariff

__all__ = ["ApprovalRule", "CutOff", "ParticipantBank", "PaymentOrder", "Promise", "Signature", "Tariff"]

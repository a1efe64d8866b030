"""The nouns of payments, in one namespace: `from payments.models import PaymentOrder`."""

from payments.models.beneficiaries import Beneficiary, NameCheck
from payments.models.budget import BudgetField, BudgetScheme
from payments.models.clearing import (
    ArrivedFile,
    ClearingItem,
    ClearingSession,
    Difference,
    IncomingCredit,
    PaymentReturn,
    SentFile,
    Settlement,
)
from payments.models.fiscal import FiscalReport
from payments.models.limits import PaymentLimit
from payments.models.orders import PaymentOrder, Promise, Signature
from payments.models.rules import ApprovalRule, CutOff, ParticipantBank, Tariff
from payments.models.standing import SkippedDay, StandingOrder, StandingSignature
from payments.models.templates import PaymentTemplate
from payments.models.warnings import OrderWarning

__all__ = [
    "ApprovalRule",
    "ArrivedFile",
    "Beneficiary",
    "BudgetField",
    "BudgetScheme",
    "ClearingItem",
    "ClearingSession",
    "CutOff",
    "Difference",
    "FiscalReport",
    "IncomingCredit",
    "NameCheck",
    "OrderWarning",
    "ParticipantBank",
    "PaymentLimit",
    "PaymentOrder",
    "PaymentReturn",
    "PaymentTemplate",
    "Promise",
    "SentFile",
    "Settlement",
    "Signature",
    "SkippedDay",
    "StandingOrder",
    "StandingSignature",
    "Tariff",
]

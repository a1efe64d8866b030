"""The staff's view of payments: Django finds this file, and this file finds the desks."""

from accounts.desk_proposals import SUBJECTS
from payments import desk_clearing, desk_fiscal, desk_limits, desk_orders, desk_rules, desk_schemes, desk_standing
from payments.models import BudgetScheme, ParticipantBank

__all__ = ["desk_clearing", "desk_fiscal", "desk_limits", "desk_orders", "desk_rules", "desk_schemes", "desk_standing"]

SUBJECTS["scheme"] = (BudgetScheme, "pk")
SUBJECTS["participant"] = (ParticipantBank, "pk")

"""The nouns of the books, in one namespace: `from accounts.models import BankAccount`."""

from accounts.models.agreements import Activation, Agreement, Card
from accounts.models.audit import AuditChain, AuditEvent
from accounts.models.bank_accounts import BankAccount
from accounts.models.calendar import BankClock, BankDay, BankHoliday, CalendarYear
from accounts.models.ledger import Entry, Hold, Posting
from accounts.models.notices import Notice
from accounts.models.parties import Company, Mandate, Person, User

__all__ = [
    "Activation",
    "Agreement",
    "AuditChain",
    "AuditEvent",
    "BankAccount",
    "BankClock",
    "BankDay",
    "BankHoliday",
    "CalendarYear",
    "Card",
    "Company",
    "Entry",
    "Hold",
    "Mandate",
    "Notice",
    "Person",
    "Posting",
    "User",
]

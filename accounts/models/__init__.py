"""The nouns of the books, in one namespace: `from accounts.models import BankAccount`."""

from accounts.models.agreements import Activation, Agreement, Card
from accounts.models.audit import AuditChain, AuditEvent
from accounts.models.bank_accounts import BankAccount
from accounts.models.banners import Banner
from accounts.models.calendar import BankClock, BankDay, BankHoliday, CalendarYear
from accounts.models.core import CoreFile, ReconciliationItem, RefusedRecord
from accounts.models.day_closes import CloseStep, DayClose
from accounts.models.day_totals import BankDayTotal, DayTotal
from accounts.models.ledger import Entry, Hold, Posting
from accounts.models.notices import Notice
from accounts.models.papers import Paper
from accounts.models.parties import Company, Mandate, Person, User
from accounts.models.proposals import Proposal

__all__ = [
    "Activation",
    "Agreement",
    "AuditChain",
    "AuditEvent",
    "BankAccount",
    "BankClock",
    "BankDay",
    "BankDayTotal",
    "BankHoliday",
    "Banner",
    "CalendarYear",
    "Card",
    "CloseStep",
    "Company",
    "CoreFile",
    "DayClose",
    "DayTotal",
    "Entry",
    "Hold",
    "Mandate",
    "Notice",
    "Paper",
    "Person",
    "Posting",
    "Proposal",
    "ReconciliationItem",
    "RefusedRecord",
    "User",
]

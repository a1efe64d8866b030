"""The nouns of statements, in one namespace: `from statements.models import WordLine`."""

from statements.models.exports import Export
from statements.models.low_balances import LowBalance
from statements.models.preferences import AccountPreference
from statements.models.told_months import ToldMonth
from statements.models.word_lines import WordLine

__all__ = ["AccountPreference", "Export", "LowBalance", "ToldMonth", "WordLine"]

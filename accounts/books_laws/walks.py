"""How the tables of the books are walked through: as many rows a span as a query reads in a second or two."""

from typing import Final

from accounts.books_check import Rows

POSTINGS: Final = Rows("accounts_posting", "id", 100_000)
ENTRIES_BY_POSTING: Final = Rows("accounts_entry", "posting_id", 100_000)
ENTRIES_BY_ACCOUNT: Final = Rows("accounts_entry", "account_id", 2_000)
ACCOUNTS: Final = Rows("accounts_bankaccount", "id", 20_000)
HOLDS: Final = Rows("accounts_hold", "account_id", 20_000)

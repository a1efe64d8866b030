"""The laws that the books themselves must keep, in the order in which they are asked: from one entry to the whole."""

from accounts.books_check import register
from accounts.books_laws import balances, days, holds, postings, totals, trail

LAWS = (*postings.LAWS, *balances.LAWS, *holds.LAWS, *days.LAWS, *totals.LAWS, *trail.LAWS)
register(*LAWS)

"""The staff's desk for the books, one file for each noun. Django finds this file and this file finds the others."""

from accounts import (
    desk_audit,
    desk_banners,
    desk_books,
    desk_calendar,
    desk_core,
    desk_day,
    desk_papers,
    desk_parties,
    desk_proposals,
)

__all__ = [
    "desk_audit",
    "desk_banners",
    "desk_books",
    "desk_calendar",
    "desk_core",
    "desk_day",
    "desk_papers",
    "desk_parties",
    "desk_proposals",
]

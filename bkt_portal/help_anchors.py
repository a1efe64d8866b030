"""Which section of the manual speaks about which page: the deep link at the foot of a page.

A page that is not named here leads to the chapter of its room, so that a new page is never without help.
"""

from typing import Final

from django.urls import ResolverMatch

OF_PAGE: Final = {
    "home": "first-page",
    "paper_check": "papers",
    "auth_flow:login": "sign-in",
    "auth_flow:login_password": "sign-in",
    "auth_flow:login_code": "no-code",
    "auth_flow:login_delivery": "no-code",
    "auth_flow:register": "registering",
    "auth_flow:register_code": "registering",
    "auth_flow:register_password": "passwords",
    "auth_flow:register_checklist": "who-may",
    "auth_flow:password_forgot": "forgotten",
    "auth_flow:password_forgot_code": "forgotten",
    "auth_flow:password_forgot_new": "passwords",
    "auth_flow:notices": "notices",
    "auth_flow:stamp": "stamp",
    "auth_flow:sessions": "sessions",
    "auth_flow:looks": "looks",
    "auth_flow:factor": "codes",
    "auth_flow:factor_app": "codes",
    "auth_flow:factor_code": "codes",
    "auth_flow:password_change": "passwords",
    "auth_flow:password_change_code": "passwords",
    "auth_flow:freeze": "lost-phone",
    "auth_flow:not_me": "unexpected-code",
    "statements:accounts": "accounts",
    "statements:activity": "activity",
    "statements:line": "activity",
    "statements:statement": "statements",
    "statements:volumes": "statements",
    "statements:archive": "statements",
    "statements:exports": "statements",
    "statements:export": "statements",
    "statements:low_balances": "notices",
    "payments:orders": "orders",
    "payments:order": "orders",
    "payments:new_own": "own-accounts",
    "payments:new_internal": "inside-the-bank",
    "payments:new_domestic": "domestic",
    "payments:budget_schemes": "budget",
    "payments:new_budget": "budget",
    "payments:beneficiaries": "beneficiaries",
    "payments:new_beneficiary": "beneficiaries",
    "payments:beneficiary": "beneficiaries",
    "payments:templates": "templates",
    "payments:new_template": "templates",
    "payments:standing": "standing-orders",
    "payments:standing_new": "standing-orders",
    "payments:standing_order": "standing-orders",
    "payments:standing_review": "standing-orders",
    "payments:standing_sign": "standing-orders",
    "payments:standing_skip": "standing-orders",
    "payments:standing_take_back": "standing-orders",
    "payments:standing_stop": "standing-orders",
    "payments:standing_reject": "standing-orders",
    "payments:limits": "limits",
    "payments:review": "review",
    "payments:sign": "signing",
    "payments:approvals": "approvals",
    "payments:reject": "approvals",
    "payments:return": "approvals",
    "payments:cancel": "orders",
}
BEFORE_THE_DOOR: Final = "who-may"  # home is the landing page there
OF_ROOM: Final = {
    "auth_flow": "personalisation",
    "statements": "accounts",
    "payments": "payments",
    "complaints": "messages",
}


def anchor_of(match: ResolverMatch | None, *, is_signed_in: bool = True) -> str:
    """The section of the manual for the page that an address led to; empty where there is none."""
    if match is None:
        return ""
    if match.view_name == "home" and not is_signed_in:
        return BEFORE_THE_DOOR
    return OF_PAGE.get(match.view_name) or OF_ROOM.get(match.app_name, "")

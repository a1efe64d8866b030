"""What may never be written down: codes, passwords, keys and the bodies of requests."""

import ast
import json
import logging
import re
from typing import Any

from django.conf import settings

from bkt_portal.logs import KEPT, JsonLines
from tests.house.sources import ROOT, calls, modules, shown

WRITERS = re.compile(
    r"^(log|logger|logging|_silent)\.(debug|info|warning|error|exception|critical|log)$|^print$|^(audit\.)?_?record$"
)
SECRET_NAMES = {
    "code",
    "password",
    "passwords",
    "phone",
    "nonce",
    "token",
    "sms",
    "body",
    "body_template",
    "derive",
    "customer_number",
    "card_number",
    "POST",
    "GET",
    "COOKIES",
    "secret",
    "FNP_KEY",
    "PROOF_KEY",
    "SECRET_KEY",
}
# Codes that are names of reasons, not of secrets.
NOT_THE_FNP = re.compile(r"(refusal|wrong|problem|answer|[A-Z]\w+)\.code")


def test_nothing_secret_is_logged_printed_or_kept_in_the_trail() -> None:
    found = [
        f"{shown(path, call)} {told}"
        for path in modules().values()
        for call, name in calls(path)
        if WRITERS.search(name)
        for told in _named_in(call)
    ]

    assert found == []


def test_the_portal_prints_nothing() -> None:
    assert [shown(path, call) for path in modules().values() for call, name in calls(path) if name == "print"] == []


def test_a_log_line_has_no_query_no_body_and_no_arguments() -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: /x/?q=%s", ("fatura",), None)
    record.request, record.status_code = {"password": "Lule-mali-2026"}, 404

    line = json.loads(JsonLines().format(record))

    assert set(line) == {"at", "level", "logger", "message", "status_code"}
    assert line["message"] == "Not Found: /x/"


def test_every_log_line_goes_through_that_one_form() -> None:
    logging_settings: dict[str, Any] = settings.LOGGING

    assert {handler["formatter"] for handler in logging_settings["handlers"].values()} == {"json"}
    assert logging_settings["formatters"] == {"json": {"()": "bkt_portal.logs.JsonLines"}}
    assert not {"request", "args", "body"} & set(KEPT)


def test_the_log_never_shows_sql_with_its_values() -> None:
    assert settings.LOGGING["loggers"]["django.db.backends"]["level"] == "WARNING"


def test_what_people_type_at_the_door_is_hidden_from_the_failure_log() -> None:
    typed = {"password", "nipt", "customer_number", "code", "otp_token"}

    assert typed <= set(settings.AXES_SENSITIVE_PARAMETERS)


def test_no_secret_lies_in_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert {".portal/", "/.env"} <= set(ignored)


def _named_in(call: ast.Call) -> list[str]:
    """Names of secrets among what a call is given, and keys of the same names in its details."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    nodes = [node for argument in given for node in ast.walk(argument)]
    names = [ast.unparse(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)]
    keys = [
        str(key.value)
        for node in nodes
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    return [name for name in [*names, *keys] if name.split(".")[-1] in SECRET_NAMES and not NOT_THE_FNP.fullmatch(name)]

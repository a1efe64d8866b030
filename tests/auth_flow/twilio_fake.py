"""A small Twilio on loopback: it plays what a test asks for, and holds both sides to Twilio's published contract.

Every form that comes in and every answer that goes out is checked against contracts/twilio_messages.json; what does not
fit stands in `breaches`, which the fixture wants empty.
"""

import base64
import json
import re
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft4Validator, FormatChecker
from twilio.request_validator import RequestValidator

CONTRACT = json.loads((Path(__file__).parent / "contracts" / "twilio_messages.json").read_text(encoding="utf-8"))
ADDRESS = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
CREATE = CONTRACT["paths"][ADDRESS]["post"]
FORM = CREATE["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
SLOW_SECONDS = 0.3

# What the real one says, by its code: status and message. https://www.twilio.com/docs/api/errors
REFUSALS = {
    20003: (401, "Authenticate"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service Unavailable"),
    21211: (400, "The 'To' number {To} is not a valid phone number."),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {To}."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The 'To' phone number: {To}, is not currently reachable via SMS"),
}

formats = FormatChecker(formats=())


@formats.checks("uri")
def is_address(value: object) -> bool:
    parts = urlsplit(str(value))
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


@formats.checks("phone-number")
def is_phone_number(value: object) -> bool:
    """E.164, or the name of a sender: up to eleven letters and figures."""
    return bool(re.fullmatch(r"\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", str(value)))


@formats.checks("date-time-rfc-2822")
def is_mail_date(value: object) -> bool:
    return value is None or bool(re.fullmatch(r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000", str(value)))


@dataclass
class TwilioFake:
    """`plays` are taken one a request, then every message is taken: a code of REFUSALS, or one of the words below.

    hang (never answers), slow, taken_then_hang (takes it and never says so), taken_then_500 (takes it and says that it
    broke), no_json, no_code (a bare 503).
    """

    sid: str = "AC" + "0" * 32
    token: str = "twilio-token-of-the-test"
    plays: deque[int | str] = field(default_factory=deque)
    asked: list[dict[str, str]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    retry_after: str = "7"

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Desk", (_Desk,), {"fake": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def report(self, state: str, *, error_code: str = "", number: int = -1) -> tuple[str, dict[str, str], str]:
        """What Twilio would post about a message it took: the address, the form and the signature."""
        message = self.taken[number]
        form = {
            "AccountSid": self.sid,
            "ApiVersion": "2010-04-01",
            "From": str(message["from"]),
            "MessageSid": str(message["sid"]),
            "MessageStatus": state,
            "SmsSid": str(message["sid"]),
            "SmsStatus": state,
            "To": str(message["to"]),
        }
        if error_code:
            form["ErrorCode"] = error_code
        url = self.asked[number]["StatusCallback"]
        return url, form, str(RequestValidator(self.token).compute_signature(url, form))

    def check(self, what: str, schema: dict[str, Any], value: Any) -> None:
        whole = {**as_json_schema(schema), "components": as_json_schema(CONTRACT["components"])}
        for error in Draft4Validator(whole, format_checker=formats).iter_errors(value):
            self.breaches.append(f"{what} {error.json_path}: {error.message}")
        for stranger in set(value) - set(schema.get("properties", value)):
            self.breaches.append(f"{what}: {stranger} is not in the contract")


class _Desk(BaseHTTPRequestHandler):
    """One request at the fake's desk."""

    fake: TwilioFake

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.fake.asked.append(form)
        self.fake.check("request", FORM, form)
        if urlsplit(self.path).path != ADDRESS.format(AccountSid=self.fake.sid):
            self.fake.breaches.append(f"no such address: {self.path}")
        expected = base64.b64encode(f"{self.fake.sid}:{self.fake.token}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {expected}":
            return self._refuse(20003, form)
        play = self.fake.plays.popleft() if self.fake.plays else "taken"
        if isinstance(play, int):
            return self._refuse(play, form)
        return getattr(self, f"_play_{play}")(form)

    def _play_taken(self, form: dict[str, str]) -> None:
        self._answer(201, self._take(form))

    def _play_slow(self, form: dict[str, str]) -> None:
        time.sleep(SLOW_SECONDS)
        self._play_taken(form)

    def _play_hang(self, form: dict[str, str]) -> None:
        self.fake.released.wait(10)
        self.close_connection = True

    def _play_taken_then_hang(self, form: dict[str, str]) -> None:
        self._take(form)
        self._play_hang(form)

    def _play_taken_then_500(self, form: dict[str, str]) -> None:
        self._take(form)
        self._refuse(20500, form)

    def _play_no_json(self, form: dict[str, str]) -> None:
        self._send(201, b"<html>")

    def _play_no_code(self, form: dict[str, str]) -> None:
        self._send(503, b'{"detail": "upstream connect error"}')

    def _take(self, form: dict[str, str]) -> dict[str, Any]:
        sid, now = f"SM{secrets.token_hex(16)}", format_datetime(datetime.now(UTC))
        message = {
            "account_sid": self.fake.sid,
            "api_version": "2010-04-01",
            "body": form.get("Body"),
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From"),
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{self.fake.sid}/Messages/{sid}/Media.json"},
            "to": form.get("To"),
            "uri": f"/2010-04-01/Accounts/{self.fake.sid}/Messages/{sid}.json",
        }
        self.fake.taken.append(message)
        return message

    def _refuse(self, code: int, form: dict[str, str]) -> None:
        status, text = REFUSALS[code]
        more = f"https://www.twilio.com/docs/errors/{code}"
        self._answer(status, {"code": code, "message": text.format_map(form), "more_info": more, "status": status})

    def _answer(self, status: int, answer: dict[str, Any]) -> None:
        if status == 201:
            schema = CREATE["responses"]["201"]["content"]["application/json"]["schema"]
            self.fake.check("answer", resolved(schema), answer)
        self._send(status, json.dumps(answer).encode())

    def _send(self, status: int, payload: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        if status == 429:
            self.send_header("Retry-After", self.fake.retry_after)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference stands for."""
    found: dict[str, Any] = CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 writes `nullable` where JSON Schema writes a second type."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: as_json_schema(value) for name, value in node.items() if name != "nullable"}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        plain["type"] = [node["type"], "null"]
    return plain

"""What each gateway promises: one line in a file, and Twilio's library against a server that answers as Twilio does."""

import json
import logging
import stat
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ImproperlyConfigured

from auth_flow.sms import gateways

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TO, BODY = "+355672000018", "BKT: FNP 483920 per hyrje"
SECRET = "twilio-token-of-the-test"


def test_the_file_gets_one_line_a_message(settings: Any, tmp_path: Path) -> None:
    settings.SMS_GATEWAY, settings.SMS_FILE = "file", tmp_path / "sms.jsonl"

    for number in range(2):
        gateways.the_gateway().send(to=TO, body=f"ë {number}", at=AT)

    lines = [json.loads(line) for line in settings.SMS_FILE.read_text().splitlines()]
    assert lines == [{"at": "2026-11-20T09:00:00+00:00", "to": TO, "body": f"ë {number}"} for number in range(2)]
    assert stat.S_IMODE(settings.SMS_FILE.stat().st_mode) == 0o600


def test_lines_of_many_workers_do_not_mix(settings: Any, tmp_path: Path) -> None:
    settings.SMS_GATEWAY, settings.SMS_FILE = "file", tmp_path / "sms.jsonl"
    threads = [
        threading.Thread(target=lambda: gateways.FileGateway().send(to=TO, body="x" * 150, at=AT))
        for _number in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [len(json.loads(line)["body"]) for line in settings.SMS_FILE.read_text().splitlines()] == [150] * 30


def test_a_file_that_cannot_be_written_is_tried_again(settings: Any, tmp_path: Path) -> None:
    settings.SMS_FILE = tmp_path / "missing" / "sms.jsonl"

    with pytest.raises(gateways.NotSent) as problem:
        gateways.FileGateway().send(to=TO, body=BODY, at=AT)
    assert problem.value.kind == "temporary"


def test_the_console_shows_the_message(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_GATEWAY = "console"

    gateways.the_gateway().send(to=TO, body=BODY, at=AT)

    assert BODY in capsys.readouterr().out


@pytest.mark.parametrize("name", ["console", "file"])
def test_what_shows_codes_is_refused_in_production(settings: Any, name: str) -> None:
    settings.PORTAL_MODE, settings.SMS_GATEWAY = "production", name

    with pytest.raises(ImproperlyConfigured):
        gateways.the_gateway()


def test_a_gateway_that_nobody_knows_is_refused(settings: Any) -> None:
    settings.SMS_GATEWAY = "pigeon"

    with pytest.raises(ImproperlyConfigured):
        gateways.the_gateway()


class FakeTwilio(BaseHTTPRequestHandler):
    """Answers what the test says and keeps what it was asked."""

    answer: ClassVar[tuple[int, dict[str, Any]]] = (201, {"sid": "SM123", "status": "queued"})
    hangs: ClassVar[threading.Event | None] = None
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append({"path": self.path, "authorization": self.headers["Authorization"], "form": parse_qs(body)})
        if self.hangs:
            self.hangs.wait(10)
            return
        status, answer = self.answer
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def twilio(settings: Any) -> Iterator[type[FakeTwilio]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeTwilio)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    FakeTwilio.asked, FakeTwilio.hangs = [], None
    FakeTwilio.answer = (201, {"sid": "SM123", "status": "queued"})
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = "AC1", SECRET, "BKT"
    settings.TWILIO_BASE_URL = f"http://127.0.0.1:{server.server_port}"
    yield FakeTwilio
    if FakeTwilio.hangs:
        FakeTwilio.hangs.set()
    server.shutdown()
    server.server_close()
    gateways._twilio.cache_clear()


def refusal_of(twilio: type[FakeTwilio], status: int, code: int) -> gateways.NotSent:
    twilio.answer = (status, {"code": code, "message": f"The 'To' number {TO} is not valid", "status": status})
    with pytest.raises(gateways.NotSent) as problem:
        gateways.the_gateway().send(to=TO, body=BODY, at=AT)
    return problem.value


def test_twilio_is_asked_at_the_address_of_the_settings(twilio: type[FakeTwilio]) -> None:
    receipt = gateways.the_gateway().send(to=TO, body=BODY, at=AT)

    (asked,) = twilio.asked
    assert receipt.provider_id == "SM123"
    assert asked["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert asked["form"] == {"To": [TO], "From": ["BKT"], "Body": [BODY]}
    assert asked["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21211, "permanent"),
        (400, 21408, "permanent"),
        (400, 21610, "permanent"),
        (400, 99999, "permanent"),
        (401, 20003, "temporary"),
        (429, 20429, "temporary"),
        (500, 20500, "unknown"),
        (503, 0, "unknown"),
    ],
)
def test_each_refusal_of_twilio_has_its_kind(twilio: type[FakeTwilio], status: int, code: int, kind: str) -> None:
    problem = refusal_of(twilio, status, code)

    assert problem.kind == kind
    assert problem.code == str(code or status)
    assert problem.words
    assert TO not in problem.words


def test_a_silent_twilio_is_left_after_a_while(twilio: type[FakeTwilio], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "TWILIO_TIMEOUT_SECONDS", 0.3)
    twilio.hangs = threading.Event()
    begun = time.monotonic()

    with pytest.raises(gateways.NotSent) as problem:
        gateways.the_gateway().send(to=TO, body=BODY, at=AT)

    assert (problem.value.kind, problem.value.code) == ("unknown", "ReadTimeout")
    assert time.monotonic() - begun < 5


def test_an_unreachable_twilio_is_tried_again(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.TWILIO_BASE_URL = "twilio", "http://127.0.0.1:1"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", SECRET

    with pytest.raises(gateways.NotSent) as problem:
        gateways.the_gateway().send(to=TO, body=BODY, at=AT)
    assert problem.value.kind == "unknown"


def test_an_answer_that_is_no_json_is_not_a_receipt(twilio: type[FakeTwilio], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "dumps", lambda answer: "<html>")

    with pytest.raises(gateways.NotSent) as problem:
        gateways.the_gateway().send(to=TO, body=BODY, at=AT)
    assert problem.value.kind == "unknown"


def test_no_log_line_holds_code_phone_or_token(twilio: type[FakeTwilio], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gateways.the_gateway().send(to=TO, body=BODY, at=AT)
    refusal_of(twilio, 400, 21211)

    assert not any(secret in caplog.text for secret in ("483920", TO, SECRET))

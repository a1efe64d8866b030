"""What the gateways of the demo promise: one line a message, and nothing of it in production."""

import json
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from auth_flow.sms import gateways

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TO, BODY = "+355672000018", "BKT: FNP 483920 per hyrje"
OURS = "7d0f8f0e-0b1d-4f0e-9f57-1c1f1f3d2a11"


def test_the_file_gets_one_line_a_message(settings: Any, tmp_path: Path) -> None:
    settings.SMS_GATEWAY, settings.SMS_FILE = "file", tmp_path / "sms.jsonl"

    for number in range(2):
        gateways.the_gateway().send(to=TO, body=f"ë {number}", at=AT, our_id=OURS)

    lines = [json.loads(line) for line in settings.SMS_FILE.read_text().splitlines()]
    assert lines == [{"at": "2026-11-20T09:00:00+00:00", "to": TO, "body": f"ë {number}"} for number in range(2)]
    assert stat.S_IMODE(settings.SMS_FILE.stat().st_mode) == 0o600


def test_lines_of_many_workers_do_not_mix(settings: Any, tmp_path: Path) -> None:
    settings.SMS_GATEWAY, settings.SMS_FILE = "file", tmp_path / "sms.jsonl"
    threads = [
        threading.Thread(target=lambda: gateways.FileGateway().send(to=TO, body="x" * 150, at=AT, our_id=OURS))
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
        gateways.FileGateway().send(to=TO, body=BODY, at=AT, our_id=OURS)
    assert problem.value.kind == "temporary"


def test_the_console_shows_the_message(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_GATEWAY = "console"

    gateways.the_gateway().send(to=TO, body=BODY, at=AT, our_id=OURS)

    assert BODY in capsys.readouterr().out


@pytest.mark.parametrize("name", ["console", "file"])
def test_what_shows_codes_is_refused_in_production(settings: Any, name: str) -> None:
    settings.PORTAL_MODE, settings.SMS_GATEWAY = "production", name

    with pytest.raises(ImproperlyConfigured):
        gateways.the_gateway()


@pytest.mark.parametrize("setting", ["SMS_GATEWAY", "SMS_GATEWAY_FALLBACK"])
def test_a_gateway_that_nobody_knows_is_refused(settings: Any, setting: str) -> None:
    setattr(settings, setting, "pigeon")

    with pytest.raises(ImproperlyConfigured):
        _both = gateways.the_gateway(), gateways.the_deputy()


def test_without_a_second_name_there_is_no_deputy(settings: Any) -> None:
    settings.SMS_GATEWAY_FALLBACK = ""

    assert gateways.the_deputy() is None

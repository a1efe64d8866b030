"""What every answer carries, also the ones that no page has made."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.house.sources import ROOT
from tests.house.test_settings import COMPLETE

BAD_HOST = """
import json
import django
django.setup()
from django.test import Client, override_settings
files = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
with override_settings(STORAGES=files):  # the real ones wait for collectstatic
    answer = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
print(json.dumps([answer.status_code, dict(answer.headers)]))
"""


def test_a_file_that_does_not_exist_stays_in_no_cache(client: Client) -> None:
    answer = client.get("/static/css/nuk-ekziston.css")

    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


def test_our_files_are_for_our_pages_alone(client: Client) -> None:
    answer = client.get("/static/css/tokens.css")

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_in_production_even_a_wrong_host_gets_every_header(tmp_path: Path) -> None:
    """Over http: the redirect to https is the first that looks at the host."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **COMPLETE}
    environment |= {"DJANGO_SETTINGS_MODULE": "bkt_portal.settings", "STATIC_ROOT": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BAD_HOST], env=environment, cwd=tmp_path, capture_output=True, text=True
    )

    status, headers = json.loads(done.stdout.splitlines()[-1])
    assert status == 400
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_who_signed_in_is_led_home(settings) -> None:
    assert settings.LOGIN_REDIRECT_URL == "home"

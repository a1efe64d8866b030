"""The production shape, read as text: no Docker is needed to see that nothing is open that should be closed."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_whole_portal_is_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat", "proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root(name: str) -> None:
    user = str(SERVICES[name]["user"]).split(":")

    assert all(part.isdigit() and int(part) > 0 for part in user)
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_is_watched_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_proxy_listens_to_the_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_every_secret_is_a_file_and_none_has_a_default() -> None:
    defined = COMPOSE["secrets"]

    assert all(set(secret) == {"file"} for secret in defined.values())
    assert {name for service in SERVICES.values() for name in service.get("secrets", [])} == set(defined)
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"KEY|PASSWORD|TOKEN|_URL", variable.removesuffix("_FILE")) and variable != "PUBLIC_URL":
                assert variable.endswith("_FILE")
                assert value == f"/run/secrets/{Path(value).name}"
                assert Path(value).name in service["secrets"]


def test_no_secret_is_kept_in_the_repository() -> None:
    ignored = (ROOT / "deploy" / "secrets" / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert "*" in ignored
    assert [line for line in ignored if line.startswith("!")] == ["!.gitignore", "!make"]


def test_only_the_migration_holds_the_owners_key() -> None:
    assert [name for name, service in SERVICES.items() if "database_owner_url" in service.get("secrets", [])] == [
        "migrate"
    ]
    assert SERVICES["migrate"]["command"][-4:] == ["migrate", "--database", "owner", "--no-input"]
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_only_those_who_make_papers_hold_the_key_that_signs_them() -> None:
    key = {"papers_certificate", "papers_certificate_password"}

    assert [name for name, service in SERVICES.items() if key & set(service.get("secrets", []))] == ["web", "worker"]
    for name in ("web", "worker"):
        assert key <= set(SERVICES[name]["secrets"])
        assert SERVICES[name]["environment"]["PAPERS_CERTIFICATE"] == "/run/secrets/papers_certificate"
        assert SERVICES[name]["environment"]["SECRET_KEY_FILE"] == "/run/secrets/secret_key"


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_in_production_mode_on_a_disk_they_cannot_write(name: str) -> None:
    assert "PORTAL_MODE" not in SERVICES[name]["environment"]
    assert "DEBUG" not in SERVICES[name]["environment"]
    assert SERVICES[name]["read_only"] is True


def test_whoever_writes_or_hands_out_files_has_their_volume() -> None:
    """Attachments and fiscal reports are handed out by the web server, exports are written by the worker for it."""
    assert [name for name in OURS if "files:/files" in SERVICES[name].get("volumes", [])] == ["web", "worker"]


def test_there_is_one_beat_and_every_queue_has_a_worker() -> None:
    beats = [name for name, service in SERVICES.items() if "beat" in service.get("command", [])]

    assert beats == ["beat"]
    assert "--queues=otp,batch,celery" in SERVICES["worker"]["command"]


def test_the_image_ends_as_an_ordinary_user_and_holds_no_secret() -> None:
    last_stage = DOCKERFILE.split("\nFROM ")[-1]

    assert re.findall(r"^USER (.+)$", last_stage, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in last_stage
    assert "PORTAL_MODE" not in last_stage
    assert not re.search(r"(?i)(ARG|ENV) \w*(SECRET|PASSWORD|TOKEN|KEY)", DOCKERFILE)


def test_the_proxy_speaks_modern_tls_and_overwrites_what_clients_claim() -> None:
    proxy = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")

    assert re.findall(r"ssl_protocols (.+);", proxy) == ["TLSv1.2 TLSv1.3"]
    assert "X-Forwarded-For $remote_addr;" in proxy
    assert SERVICES["proxy"]["secrets"] == ["tls_certificate", "tls_key"]

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from bkt_portal import env


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BANK_NAME", raising=False)

    with pytest.raises(ImproperlyConfigured, match="BANK_NAME is missing"):
        env.text("BANK_NAME")


def test_an_empty_variable_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANK_NAME", "  ")

    assert env.text("BANK_NAME", "Banka") == "Banka"
    with pytest.raises(ImproperlyConfigured, match="BANK_NAME"):
        env.text("BANK_NAME")


@pytest.mark.parametrize(("written", "meant"), [("0", 0), ("-3", -3), (" 90 ", 90)])
def test_a_whole_number_is_read(monkeypatch: pytest.MonkeyPatch, written: str, meant: int) -> None:
    monkeypatch.setenv("PASSWORD_MAX_AGE_DAYS", written)

    assert env.integer("PASSWORD_MAX_AGE_DAYS") == meant


@pytest.mark.parametrize("written", ["ninety", "9.5", "0x10"])
def test_what_is_no_whole_number_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("PASSWORD_MAX_AGE_DAYS", written)

    with pytest.raises(ImproperlyConfigured, match="PASSWORD_MAX_AGE_DAYS must be a whole number"):
        env.integer("PASSWORD_MAX_AGE_DAYS", 90)


@pytest.mark.parametrize(
    ("written", "meant"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("No", False)]
)
def test_a_flag_is_on_or_off(monkeypatch: pytest.MonkeyPatch, written: str, meant: bool) -> None:
    monkeypatch.setenv("DEBUG", written)

    assert env.flag("DEBUG", default=not meant) is meant


def test_a_flag_that_is_neither_on_nor_off_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="DEBUG must be one of"):
        env.flag("DEBUG")


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "dega.example.al, ,www.example.al,")

    assert env.csv("ALLOWED_HOSTS") == ("dega.example.al", "www.example.al")


def test_an_absent_list_is_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)

    assert env.csv("ALLOWED_HOSTS") == ()
    assert env.csv("ALLOWED_HOSTS", ("localhost", "127.0.0.1")) == ("localhost", "127.0.0.1")


def test_a_secret_comes_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.delenv("FNP_KEY", raising=False)
    monkeypatch.setenv("FNP_KEY_FILE", str(tmp_path / "key"))

    assert env.secret("FNP_KEY") == "s3cret"


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("one")
    monkeypatch.setenv("FNP_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("FNP_KEY", "another")

    with pytest.raises(ImproperlyConfigured, match="FNP_KEY and FNP_KEY_FILE are both set") as refusal:
        env.secret("FNP_KEY")
    assert "another" not in str(refusal.value)


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_secret_file_that_is_absent_or_empty_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    monkeypatch.delenv("FNP_KEY", raising=False)
    monkeypatch.setenv("FNP_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(ImproperlyConfigured, match="FNP_KEY_FILE"):
        env.secret("FNP_KEY", "a default must not hide the mistake")


def test_an_address_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://dega.example.al/")

    assert env.url("PUBLIC_URL") == "https://dega.example.al"


@pytest.mark.parametrize("written", ["dega.example.al", "ftp://dega.example.al", "https://"])
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", written)

    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL must be an address"):
        env.url("PUBLIC_URL")


def test_a_database_address_becomes_a_databases_entry() -> None:
    entry = env.database("postgresql://portal:p%40ss@db.example:5433/portal?sslmode=verify-full")

    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "portal", "p@ss", "db.example", "5433", "portal",
    )  # fmt: skip
    assert entry["OPTIONS"] == {"sslmode": "verify-full"}


def test_a_socket_directory_may_stand_for_the_host() -> None:
    assert env.database("postgresql://portal@/portal?host=/run/postgresql")["HOST"] == "/run/postgresql"


@pytest.mark.parametrize("address", ["mysql://u:hush@h/n", "postgresql://u:hush@h", "postgresql://u:hush@h:x/n"])
def test_a_wrong_database_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.database(address)

    assert "hush" not in str(refusal.value)

"""The press: a process of its own that is given a template and its facts, and nothing else."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from accounts import paper_press, papers


def test_the_secrets_of_the_portal_are_not_in_the_presses_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []
    run = subprocess.run

    def watched(command: list[str], **options: Any) -> Any:
        given.append(options)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    monkeypatch.setenv("SECRET_KEY", "a secret of the tests")

    with pytest.raises(paper_press.PaperNotSet):
        paper_press.press(papers.ROOT / "paper.typ", "{}")

    assert [options["env"] for options in given] == [{}]


def test_a_template_reads_nothing_but_what_lies_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "papers"
    place.mkdir()
    (tmp_path / "secret.txt").write_text("a secret")
    (place / "curious.typ").write_text('#read("../secret.txt")')

    with pytest.raises(paper_press.PaperNotSet, match="root"):
        paper_press.press(place / "curious.typ", "{}")

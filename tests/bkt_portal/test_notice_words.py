"""Every process of the portal knows the words of every notice, whoever told it: the pages, the worker, a command."""

import json
import subprocess
import sys

from tests.house.sources import PACKAGES, ROOT

STARTED = "import django, json, sys; django.setup(); print(json.dumps(sorted(sys.modules)))"


def test_what_one_process_tells_another_can_read() -> None:
    declaring = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "notices.declare(" in path.read_text(encoding="utf-8")
    }

    started = subprocess.run([sys.executable, "-c", STARTED], cwd=ROOT, check=True, capture_output=True, text=True)

    assert len(declaring) >= 15
    assert declaring - set(json.loads(started.stdout)) == set()

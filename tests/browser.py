"""Which Chromium the browser tests drive. `python -m tests.browser` prints its path, and installs one when root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT_CACHE = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")


def find() -> str | None:
    """The path of a Chromium: $CHROMIUM, the system's own, or one that Playwright has fetched before."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None) or _from_playwright()


def main() -> None:
    path = find() or (_installed() if not os.environ.get("CHROMIUM") else None)
    if path is None:
        sys.exit(
            "No Chromium for the browser tests: install the package chromium, or set CHROMIUM to a browser's path."
        )
    sys.stdout.write(f"{path}\n")


def _from_playwright() -> str | None:
    found = sorted(PLAYWRIGHT_CACHE.glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None


def _installed() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    sys.stderr.write("Installing chromium ...\n")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=sys.stderr)
        if done.returncode != 0 and command[0] == "install":
            return None
    return find()


if __name__ == "__main__":
    main()

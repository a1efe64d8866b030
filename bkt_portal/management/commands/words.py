"""The catalogues of the screens' words. Reads no settings, so that a build can run it with `python -m`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bkt_portal import words

ROOT = Path(words.__file__).resolve().parent.parent
LOCALE = ROOT / "bkt_portal" / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
ALBANIAN = LOCALE / "sq" / "LC_MESSAGES" / "django.po"


class Command(BaseCommand):
    help = "Updates, checks or compiles the translations."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        act = parser.add_mutually_exclusive_group(required=True)
        act.add_argument("--update", action="store_true", help="bring locale/en up to date with code and templates")
        act.add_argument("--check", action="store_true", help="fail when a sentence has no English, or a wrong one")
        act.add_argument("--compile", action="store_true", help="write the .mo files of every catalogue")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            came, went = words.merge(words.collect(ROOT), ENGLISH)
            self.stdout.write(f"{ENGLISH.relative_to(ROOT)}: {came} sentences came, {went} went.")
        elif options["compile"]:
            for file in words.compile_all(LOCALE):
                self.stdout.write(str(file.relative_to(ROOT)))
        else:
            lines = [*words.findings(words.collect(ROOT), ENGLISH), *words.faults_of(ALBANIAN)]
            if lines:
                raise CommandError("\n".join([f"{len(lines)} sentences are not ready:", *lines]))
            self.stdout.write("Every sentence has its English.")


if __name__ == "__main__":
    Command().run_from_argv(["manage.py", "words", *sys.argv[1:]])

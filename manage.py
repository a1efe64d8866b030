#!/usr/bin/env python3
"""Every command of the portal; `manage.py up` runs all of it."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from bkt_portal import premises


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bkt_portal.settings")
    try:
        if sys.argv[1:2] == ["up"]:
            # The settings are read before a command begins, so the demo's environment must be complete by now.
            premises.furnish(os.environ)
        execute_from_command_line(sys.argv)
    except (premises.CannotStart, ImproperlyConfigured) as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()

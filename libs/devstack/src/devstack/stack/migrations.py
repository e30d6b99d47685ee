"""`python -m devstack.stack.migrations`: every service's migrations in one process, their libraries loaded once.

Standard input is a JSON list of `{"package", "owner_url", "database_url"}`, so that no password stands on a command
line.
"""

from __future__ import annotations

import json
import os
import runpy
import sys


def main() -> None:
    """Migrate one database after the other, as each service would by itself; the first failure ends it."""
    for given in json.load(sys.stdin):
        sys.stdout.write(f"migrating {given['package']}\n")
        os.environ["UNICARD_OWNER_URL"] = given["owner_url"]
        os.environ["UNICARD_DATABASE_URL"] = given["database_url"]
        sys.argv = ["chassis.migrate", given["package"]]
        runpy.run_module("chassis.migrate", run_name="__main__")


if __name__ == "__main__":
    main()

"""`python -m chassis.migrate card_service`: bring one service's database to its newest revision."""

from __future__ import annotations

import importlib
import os
import sys

from chassis.migrations import run_migrations


def main() -> None:
    """Migrate the database of `UNICARD_DATABASE_URL` with the migrations of the named package."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m chassis.migrate PACKAGE")
    package = importlib.import_module(sys.argv[1])
    run_migrations(os.environ["UNICARD_DATABASE_URL"], package.MIGRATIONS)


if __name__ == "__main__":
    main()

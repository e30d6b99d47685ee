"""Write the broker's access table from events and the services' reactions: `python -m tools.access [--check]`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from broker_access.table import Entry, Table, rights
from chassis.reactions import Reactions
from contracts.generation import all_events
from tools.services import PACKAGES

TABLE = Path(__file__).parents[1] / "libs/access/src/broker_access/access.txt"
REMARK = (
    "# Written by `make schemas` from the events and the services' reactions; change those, not this file.\n"
    "# Who may write and read which topic, and under which consumer group. Nobody else may do anything.\n"
)


def reactions_of(package: str) -> Reactions[Any]:
    """All a service may ever react to, also what an installation has turned off."""
    consumers = import_module(f"{package}.consumers")
    found = consumers.make_reactions(every=True) if hasattr(consumers, "make_reactions") else consumers.reactions
    if not isinstance(found, Reactions):
        raise TypeError(f"{package}.consumers names no reactions")
    return found


def table() -> Table:
    """The rights of every service."""
    published = {event.TOPIC for event in all_events()}
    entries: set[Entry] = set()
    for service, package in PACKAGES.items():
        own = {topic for topic in published if topic.split(".", 1)[0] == service}
        entries |= rights(str(service), own, reactions_of(package).topics)
    return Table(frozenset(entries))


def main(arguments: list[str] | None = None) -> int:
    """Write the table, or with --check compare; 1 where it is not up to date."""
    parser = argparse.ArgumentParser(prog="python -m tools.access", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is checked in")
    wanted = REMARK + table().render()
    if not parser.parse_args(arguments).check:
        TABLE.write_text(wanted, encoding="utf-8")
    elif not TABLE.is_file() or TABLE.read_text(encoding="utf-8") != wanted:
        print("libs/access/src/broker_access/access.txt: not up to date, run `make schemas`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

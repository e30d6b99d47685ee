"""Write, or with `--check` compare, everything generated from the events: `python -m contracts.generate`.

A change that would break readers is refused: the event then needs a class of the next `VERSION`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from contracts.generation import all_events, as_json
from contracts.generation.asyncapi import asyncapi
from contracts.generation.markdown import events_page
from contracts.generation.schemas import breaking_changes, event_schema

ROOT = Path(__file__).parents[4]
SCHEMAS = Path("libs/contracts/schemas")
PAGE = Path("docs/events.md")


def generated() -> dict[Path, str]:
    """Every generated file that is checked in, by its path from the root of the workspace."""
    events = all_events()
    return {
        **{SCHEMAS / f"{event.event_type()}.json": as_json(event_schema(event)) for event in events},
        PAGE: events_page(events),
    }


def refused(root: Path, files: Mapping[Path, str]) -> list[str]:
    """The changes to published schemas that would break readers, one line each."""
    faults = []
    for published in sorted((root / SCHEMAS).glob("*.json")):
        path = SCHEMAS / published.name
        if path not in files:
            faults.append(f"{path.stem}: no such event any more")
            continue
        before, after = json.loads(published.read_text(encoding="utf-8")), json.loads(files[path])
        faults += [f"{path.stem}: {change}" for change in breaking_changes(before, after)]
    return faults


def stale(root: Path, files: Mapping[Path, str]) -> list[Path]:
    """The files that are missing or differ from what would be generated."""
    return [
        path
        for path, content in files.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != content
    ]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the files; 1 where a change is refused or, with `--check`, where a file is not up to date."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is checked in")
    parser.add_argument("--asyncapi", type=Path, help="write the AsyncAPI document here, and nothing else")
    options = parser.parse_args(arguments)

    if options.asyncapi:
        options.asyncapi.write_text(asyncapi(all_events()), encoding="utf-8")
        return 0
    files = generated()
    faults = refused(root, files)
    if faults:
        faults.append("Readers rely on these: publish the change as a class of the next VERSION.")
        faults.append("Only what has never been published may change: then remove its schema file first.")
    elif options.check:
        faults = [f"{path}: not up to date, run `make schemas`" for path in stale(root, files)]
    else:
        for path in stale(root, files):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(files[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""The libraries some members need directly, pinned as the lock pins them: `libraries.py LOCK PYPROJECT…`.

A member whose image holds only part of it names that part's libraries in the dependency group `image`.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

OWN = "unicard-"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[^]]*\])?")
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>\S+)", re.MULTILINE)


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(pyproject: str) -> list[str]:
    """The requirements of a member, without those on other members."""
    document = tomllib.loads(pyproject)
    all_of_it = document["project"].get("dependencies", [])
    requirements = document.get("dependency-groups", {}).get("image", all_of_it)
    return [requirement for requirement in requirements if not normal(requirement).startswith(OWN)]


def pinned(requirements: Iterable[str], lock: str) -> list[str]:
    """Each requirement at the version of the lock; `KeyError` with the name of one that is not locked."""
    versions = {normal(match["name"]): match["version"] for match in _PIN.finditer(lock)}
    pins = set()
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match is None:
            raise ValueError(f"{requirement!r} is no requirement")
        pins.add(f"{match['name']}{match['extras'] or ''}=={versions[normal(match['name'])]}")
    return sorted(pins)


def main() -> None:
    """Print the pins."""
    lock, *pyprojects = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    found = [requirement for pyproject in pyprojects for requirement in wanted(pyproject)]
    sys.stdout.write("".join(f"{pin}\n" for pin in pinned(found, lock)))


if __name__ == "__main__":
    main()

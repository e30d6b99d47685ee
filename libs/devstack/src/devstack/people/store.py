"""The factors of the demonstration's people, in a file that only the operator reads. A real person's are nowhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from devstack.engines.files import write_private


@dataclass(frozen=True)
class Known:
    """One of the demonstration's people: how they sign in, and in which office. `used`: the last step of their app."""

    name: str
    person_id: str
    password: str
    seed: str
    role: str
    office: str
    used: int = 0


class Store:
    """The people of one stack's folder, by the names they sign in with."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the stack's."""
        self.path = folder / "people.json"

    def all(self) -> dict[str, Known]:
        """Everybody known here; nobody before the first demonstration."""
        if not self.path.exists():
            return {}
        return {one["name"]: Known(**one) for one in json.loads(self.path.read_text(encoding="utf-8"))}

    def keep(self, known: Known) -> None:
        """Write somebody, or what has changed of them."""
        people = {**self.all(), known.name: known}
        write_private(self.path, json.dumps([asdict(one) for one in people.values()], indent=1))

    def use(self, name: str, step: int) -> int:
        """Take the next step of somebody's app that no sign-in has used, from `step` on, and note it."""
        known = self.all()[name]
        taken = max(step, known.used + 1)
        self.keep(replace(known, used=taken))
        return taken

    def of_role(self, role: str, number: int = 0) -> Known:
        """The first who has a role, or the one who is the `number`-th after. Raises KeyError where nobody is."""
        having = [known for known in self.all().values() if known.role == role]
        if number >= len(having):
            raise KeyError(role)
        return having[number]

"""Access table: which user may write and read which topic, and under which consumer group.

It stands in `access.txt`, written by `make schemas` from the events and from what the services react to; a right that
is not in it is refused by the broker. Topics follow from it: whatever somebody may write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Literal, TypeAlias, get_args

DEAD = ".dead"
GROUP = "-service"

Right: TypeAlias = Literal["write", "read", "group"]
RIGHTS: tuple[Right, ...] = get_args(Right)


class WrongTable(ValueError):
    """A line of the access table cannot be read"""


@dataclass(frozen=True, order=True)
class Entry:
    """One right of one user: to write or read a topic, or to read under a consumer group, of exactly that name."""

    user: str
    right: Right
    name: str

    def on(self, prefix: str) -> Entry:
        """The same on a cluster that several systems share: user and name begin with this system's prefix."""
        return Entry(prefix + self.user, self.right, prefix + self.name)


@dataclass(frozen=True)
class Table:
    """All rights of all users."""

    entries: frozenset[Entry]

    @property
    def users(self) -> list[str]:
        """Who has rights: one user a service, in order."""
        return sorted({entry.user for entry in self.entries})

    @property
    def event_topics(self) -> list[str]:
        """The topics events are published on, without those of dead letters, in order."""
        written = {entry.name for entry in self.entries if entry.right == "write"}
        return sorted(name for name in written if not name.endswith(DEAD))

    def render(self) -> str:
        """The table as it stands in the file."""
        rows = sorted(self.entries, key=lambda entry: (entry.user, RIGHTS.index(entry.right), entry.name))
        widest = max((len(entry.user) for entry in rows), default=0)
        return "".join(f"{entry.user:<{widest}}  {entry.right:<5}  {entry.name}\n" for entry in rows)

    @classmethod
    def parse(cls, text: str) -> Table:
        """Read a table; empty lines and remarks (#) count for nothing. Raises WrongTable."""
        lines = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
        return cls(frozenset(_entry(words) for words in lines))

    @classmethod
    def of_system(cls) -> Table:
        """The table that is shipped."""
        return cls.parse(resources.files(__package__).joinpath("access.txt").read_text(encoding="utf-8"))


def rights(service: str, publishes: Iterable[str], consumes: Iterable[str]) -> set[Entry]:
    """The rights of one service: its own topics, what it reacts to, its group, and the dead letters it sends."""
    read = set(consumes)
    return {
        *(Entry(service, "write", topic) for topic in publishes),
        *(Entry(service, "write", topic + DEAD) for topic in read),
        *(Entry(service, "read", topic) for topic in read),
        Entry(service, "group", service + GROUP),
    }


def _entry(words: list[str]) -> Entry:
    known: dict[str, Right] = {right: right for right in RIGHTS}
    if len(words) != 3 or words[1] not in known:
        raise WrongTable(f"{' '.join(words)!r}: a user, one of {', '.join(RIGHTS)}, and a name are needed")
    return Entry(words[0], known[words[1]], words[2])

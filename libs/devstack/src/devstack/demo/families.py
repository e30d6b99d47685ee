"""The families in whose homes something happens: what, who they are, and how many of each at a scale. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from devstack.demo import names
from devstack.demo.people import ADULT_AGE, Generator, Household, Person

# Of each kind at full scale, at least one at any: what a city of 42,000 households sees in a month, and no rarity less.
OF_EACH = 40
# Not the district whose network fails: what happens there is a matter of its own.
DISTRICTS = ("03.02", "03.03", "03.05", "03.07")
LEGACY_STEP = 500


class Event(StrEnum):
    """What happens to a family."""

    BIRTH = "birth"
    DEATH = "death"
    HEAD_DIES = "head dies"
    DIES_ALONE = "dies alone"
    GROOM = "groom"  # the bride is of the family that stands at the same place of its own kind
    BRIDE = "bride"
    NEWLYWED = "newlywed"  # marries somebody whom the register does not know yet
    DIVORCE = "divorce"
    SPLIT = "split"
    MOVE = "move"
    APPEAL = "appeal"
    LEGACY_PART = "legacy part"  # of the month's goods a part was drawn with the ration card
    LEGACY_NOTHING = "legacy nothing"
    LEGACY_UNKNOWN = "legacy unknown"
    MOBILE = "mobile"
    NAME = "name"
    FLOUR = "flour"  # chosen instead of bread for the month
    GRANT = "grant"  # on the list of one


class _Member(NamedTuple):
    role: str
    years: int
    male: bool


_FAMILIES: dict[Event, tuple[_Member, ...]] = {
    Event.BIRTH: (_Member("head", 34, True), _Member("spouse", 30, False), _Member("child", 8, True)),
    Event.DEATH: (
        _Member("head", 48, True), _Member("spouse", 44, False), _Member("parent", 79, False),
        _Member("child", 15, True),
    ),
    Event.HEAD_DIES: (_Member("head", 67, True), _Member("spouse", 57, False), _Member("child", 23, False)),
    Event.DIES_ALONE: (_Member("head", 81, False),),
    Event.GROOM: (_Member("head", 29, True),),
    Event.BRIDE: (
        _Member("head", 55, True), _Member("spouse", 50, False), _Member("child", 25, False),
        _Member("child", 16, True),
    ),
    Event.NEWLYWED: (_Member("head", 31, True),),
    Event.DIVORCE: (
        _Member("head", 41, True), _Member("spouse", 37, False), _Member("child", 14, True),
        _Member("child", 9, False),
    ),
    Event.SPLIT: (
        _Member("head", 58, True), _Member("spouse", 54, False), _Member("child", 28, True),
        _Member("child", 16, False),
    ),
    Event.MOVE: (
        _Member("head", 38, True), _Member("spouse", 35, False), _Member("child", 9, False), _Member("child", 5, True),
    ),
    Event.APPEAL: (
        _Member("head", 52, True), _Member("spouse", 47, False), _Member("child", 16, True),
        _Member("child", 12, False),
    ),
    Event.MOBILE: (_Member("head", 45, False), _Member("child", 13, True)),
    Event.NAME: (_Member("head", 33, False), _Member("child", 6, False)),
}  # fmt: skip
_FOUR = (
    _Member("head", 44, True), _Member("spouse", 40, False), _Member("child", 13, False), _Member("child", 10, True),
)  # fmt: skip
# Of the month's goods drawn with the ration card, in piastres: the worked examples of the rules. None: nobody told.
_DRAWN: dict[Event, int | None] = {Event.LEGACY_PART: 12_000, Event.LEGACY_NOTHING: 0, Event.LEGACY_UNKNOWN: None}
_BASES = {Event.BIRTH: "takaful"}


@dataclass(frozen=True, slots=True)
class Family:
    """A household with a legacy ration card. `drawn`: what that had of the month's goods, None where nobody told."""

    event: Event
    household: Household
    ration_card: str
    drawn: int | None
    legal_basis: str | None


def of_each(scale: float) -> int:
    """How many families of each kind."""
    return max(1, round(OF_EACH * scale))


def families(people: Generator, run: int, scale: float) -> Iterator[Family]:
    """The families of a run, the same for the same seed; every adult of theirs has a telephone."""
    rng = random.Random(f"{people.lot}/{run}/families")
    serial = 0
    for event in Event:
        for _ in range(of_each(scale)):
            serial += 1
            members = tuple(_members(people, _FAMILIES.get(event, _FOUR)))
            ref = f"L{people.lot:02d}-{serial:06d}"
            home = Household(ref, rng.choice(DISTRICTS), f"{serial} شارع كسرى", members)
            drawn = _DRAWN.get(event, rng.randrange(12) * LEGACY_STEP)
            yield Family(event, home, f"9{run:04d}{serial:07d}", drawn, _BASES.get(event))


def newcomer(people: Generator, years: int, *, male: bool) -> Person:
    """Somebody whom the register does not know yet, without a telephone."""
    return replace(people.person("other", years, male=male, line=names.lineage(people.rng)), mobile="")


def _members(people: Generator, shape: tuple[_Member, ...]) -> Iterator[Person]:
    line = names.lineage(people.rng)
    for role, years, male in shape:
        person = people.person(role, years, male=male, line=line)
        yield replace(person, mobile=people.phone()) if years >= ADULT_AGE and not person.mobile else person

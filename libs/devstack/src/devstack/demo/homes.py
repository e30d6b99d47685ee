"""A family of the run as the stages know it: its ids, its cards, and how many of it must count from which month."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from devstack.demo.context import Cardholder
from devstack.demo.families import Event, Family
from devstack.demo.people import Person
from devstack.demo.pots import Counted


@dataclass(slots=True, eq=False)
class Home:
    """A family with its ids; `citizens` stand in the order of its members."""

    family: Family
    holder: Cardholder
    citizens: list[str] = field(default_factory=list)
    request_id: str = ""
    dead: list[tuple[Person, int]] = field(default_factory=list)  # with the sink's newest message at that moment
    card_before: str = ""  # of a head who has died
    wallet_before: int = 0  # piastres on that card
    # How many count in the months after what happened, as the demonstration believes; all of them where nothing did.
    counted: dict[date, Counted] = field(default_factory=dict)

    @property
    def household_id(self) -> str:
        """The household's."""
        return self.holder.household_id

    @property
    def members(self) -> tuple[Person, ...]:
        """Who was there at first."""
        return self.family.household.members

    def citizen(self, number: int) -> str:
        """The id of a member, the head being the first."""
        return self.citizens[number]

    def from_month(self, month: date, goods: int, bread: int | None = None) -> None:
        """So many must count from a month on."""
        self.counted[month] = Counted(goods, goods if bread is None else bread)

    def must_count(self, month: date) -> Counted:
        """How many must count in a month."""
        known = [since for since in self.counted if since <= month]
        whole = len(self.members)
        return self.counted[max(known)] if known else Counted(whole, whole)


@dataclass(slots=True)
class Homes:
    """All of a run, by what happens to them."""

    all: list[Home] = field(default_factory=list)
    founded: list[Home] = field(default_factory=list)  # by those who left: no card before they fetch one

    def of(self, event: Event) -> list[Home]:
        """Those to whom this happens."""
        return [home for home in self.all if home.family.event is event]

    @property
    def newcomers(self) -> list[tuple[Home, int]]:
        """Who heads a household now and has no card for it, by the number of the member."""
        widows = [(home, 1) for home in self.of(Event.HEAD_DIES) if home.holder.apart]
        return [*((home, 0) for home in self.founded), *widows]

"""The hot list as a terminal keeps it: read part by part, each of which must follow the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from devstack.terminal.signed import DocumentRefused, NotGood

KIND = "unicard-hot-list+jws"


@dataclass(frozen=True, slots=True)
class HotList:
    """Cards to refuse, up to a position; `keys` are those by which credentials are genuine."""

    cards: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()
    position: str = ""
    at: int = 0
    exp: int = 0

    def ensure_good(self, now: datetime) -> None:
        """Raise NotGood where there is no list, or it is over."""
        if now.timestamp() >= self.exp:
            raise NotGood("hot list over", "قائمة الكروت الموقوفة منتهية، يلزم الاتصال بالشبكة")

    def ensure_not_listed(self, card_id: str) -> None:
        """Raise NotGood for a card that is blocked, closed or elsewhere by now."""
        if card_id in self.cards:
            raise NotGood("hot card", "الكارت موقوف، يرجى مراجعة المكتب")


@dataclass(slots=True)
class Reading:
    """A list under way: `held` is the one in use until all parts have come."""

    held: HotList
    governorate: str
    _found: HotList = field(init=False)
    _complete: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Go on from what there is."""
        self._found = self.held

    @property
    def after(self) -> str:
        """Behind which position the next part is asked for."""
        return self._found.position

    @property
    def complete(self) -> HotList | None:
        """The new list, once its last part has come."""
        return self._found if self._complete else None

    def take(self, part: Mapping[str, Any]) -> None:
        """Apply the next part. Raises DocumentRefused for any other: nothing of it counts."""
        if self._complete:
            raise DocumentRefused("the list is complete")
        try:
            whole = part["from"] is None
            if part["gov"] != self.governorate:
                raise DocumentRefused("the list of another governorate")
            if whole and int(part["at"]) < self.held.at:
                raise DocumentRefused("older than the list in use")
            if not whole and (not self.after or part["from"] != self.after or int(part["at"]) < self._found.at):
                raise DocumentRefused("it does not follow what is there")
            cards = frozenset[str]() if whole else self._found.cards
            found = replace(
                self._found,
                cards=(cards | frozenset(map(str, part["add"]))) - frozenset(map(str, part["remove"])),
                keys=tuple(map(str, part["keys"])),
                position=str(part["to"]),
                at=int(part["at"]),
                exp=int(part["exp"]),
            )
            more = bool(part["more"])
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, DocumentRefused):
                raise
            raise DocumentRefused("an incomplete part") from error
        self._found, self._complete = found, not more

"""Use cases of finding somebody: in the register where its clerks look, among open cards where desks do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.people.sought import Sought
from staff_console.services import ServiceRefused
from staff_console.web.visit import Visit

REGISTER: Final = (Scope.CITIZENS_READ, Scope.CITIZENS_WRITE)
_ASKED_AGAIN: Final = frozenset({404, 409, 422})


@dataclass(frozen=True)
class Found:
    """Who was found. `people` are the register's, `cards` those a desk sees; `next` goes on behind them.

    `said`: why there is nothing, in a service's own words.
    """

    people: list[Document] = field(default_factory=list)
    cards: list[Document] = field(default_factory=list)
    next: str = ""
    said: str = ""

    @property
    def only(self) -> str | None:
        """The page of the one that was found; None where none or several were."""
        if len(self.people) == 1 and not self.next:
            return f"/console/people/{self.people[0]['citizen_id']}"
        if len(self.cards) == 1 and not self.people:
            return f"/console/cards/{self.cards[0]['card_id']}"
        return None


async def find(visit: Visit, sought: Sought, governorate: str = "", after: str = "") -> Found:
    """Whoever fits. Raises ServiceRefused or ServiceSilent where the service cannot say."""
    try:
        if visit.may(*REGISTER):
            return await _in_register(visit, sought, governorate, after)
        return await _among_cards(visit, sought)
    except ServiceRefused as refusal:
        return Found(said=visit.refused(refusal, _ASKED_AGAIN))


async def _in_register(visit: Visit, sought: Sought, governorate: str, after: str) -> Found:
    body: dict[str, str] = {sought.kind: sought.value}
    if sought.kind == "name":
        body |= {name: value for name, value in (("governorate", governorate), ("after", after)) if value}
    told = await visit.services.post("card", "/v1/citizens/search", body)
    return Found(people=told["items"], next=told["next"] or "")


async def _among_cards(visit: Visit, sought: Sought) -> Found:
    told = await visit.services.post("card", "/v1/cards/search", {"national_id": sought.value})
    why = told["nothing_to_give"]
    said = (why["reason_ar"] if visit.language == "ar" else why["reason"]) if why and not told["items"] else ""
    return Found(cards=told["items"], said=said)


def wants_governorate(visit: Visit, sought: Sought) -> bool:
    """Whether a name needs a governorate beside it: whoever is bound to one looks there."""
    return sought.kind == "name" and visit.nation

"""Trials for tests: one with a site, numbers and a household, and the calls that a stranger tries on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chassis.testing_walk import Call

if TYPE_CHECKING:
    from .conftest import Office

WRITE, READ = "rollout:write", "rollout:read"
TRIALS = "/v1/trials"


@dataclass
class Running:
    """A trial that is open in Port Said, and the site where its cards lie."""

    office: Office
    trial_id: str
    site: dict[str, Any]

    @property
    def path(self) -> str:
        return f"{TRIALS}/{self.trial_id}"

    async def post(self, what: str, body: dict[str, Any] | None = None, expect: int | None = None) -> Any:
        return await self.office.call("POST", f"{self.path}/{what}", WRITE, json=body or {}, expect=expect)

    def body(self, person: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """A household of one, as it is registered for the trial."""
        home = {"governorate": "03", "district": "03.02", "address": "", "members": [person], **changed}
        return {"household": home, "site_id": self.site["site_id"]}

    async def household(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """A household of the trial with its ready card, and its head."""
        person = self.office.person()
        await self.post("numbers", {"mobiles": [person["mobile"]]})
        return await self.post("households", self.body(person), 201), person

    async def handed_over(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The same with the card in its holder's hands."""
        made, person = await self.household()
        card = {"card_id": made["card_id"], "site": {"site_id": self.site["site_id"]}}
        await self.office.hand_over(card, person)
        return made, person

    async def report(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.office.call("GET", self.path, READ)
        return found


async def opened(office: Office) -> Running:
    """A trial with a site."""
    office.serial += 1
    site = await office.site(f"Trial site {office.serial}")
    body = {"name": f"Trial {office.serial}", "governorate": "03"}
    made = await office.call("POST", TRIALS, WRITE, json=body, expect=201)
    running = Running(office, made["trial_id"], site)
    await running.post("units", {"unit_kind": "site", "unit_id": site["site_id"]}, 201)
    return running


async def trials(office: Office) -> dict[str, Call | list[Call]]:
    """The calls of trials."""
    one, over = await opened(office), await opened(office)
    person = office.person()
    await one.post("numbers", {"mobiles": [person["mobile"]]})
    body: dict[str, Any] = {"json": {"name": "A walk", "governorate": "03"}}
    its = f"{TRIALS}/{{trial_id}}"
    bodies: dict[str, dict[str, Any]] = {
        "units": {"unit_kind": "site", "unit_id": one.site["site_id"]},
        "numbers": {"mobiles": ["01012345678"]},
        "households": one.body(person),
        "activation": {"services": ["supply"]},
        "checks": {"step": "visit", "result": "passed"},
    }
    return {
        f"POST {TRIALS}": Call(TRIALS, WRITE, refused=403, body=body),
        f"GET {TRIALS}": Call(f"{TRIALS}?limit=200", READ, refused=200, mark=one.trial_id),
        f"GET {its}": Call(one.path, READ),
        **{
            f"POST {its}/{what}": Call(f"{one.path}/{what}", WRITE, body={"json": given})
            for what, given in bodies.items()
        },
        f"POST {its}/closing": Call(f"{over.path}/closing", WRITE),
    }

"""The first people of an installation for real data, who come in as they would: by the pages, over TLS."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from devstack.national_numbers import compose
from devstack.people.pages import Browser, step_now
from devstack.people.signed import PersonCaller
from devstack.people.store import Known, Store
from devstack.terminal.wire import Wire

ADMINISTRATORS = ("first.admin", "second.admin")
CLERK = "first.clerk"
_NATION, _PORT_SAID = "ministry/*", "ministry/03"


def newcomer(name: str, number: int) -> dict[str, str]:
    """What is asked of somebody who is invited."""
    born = date(1980, 1, 1) + timedelta(days=number)
    return {"sign_in_name": name, "full_name": f"موظف {name}", "national_id": compose(born, "88", 9998)}


class Officers:
    """Two administrators and a clerk of the register, each with a password and an authenticator app."""

    def __init__(self, edge: str, folder: Path) -> None:
        self.edge, self._store = edge, Store(folder)

    async def begin(self, links: Mapping[str, str]) -> None:
        """Take the administrators' links up; they invite the clerk and give the role by two."""
        for name, link in links.items():
            await self._accept(name, link, "administrator", _NATION)
        wire = Wire(self.edge, limit=4)
        try:
            one, two = (self._caller(wire, name) for name in ADMINISTRATORS)
            place = {"authority_id": "ministry", "area": "03"}
            made = await one.post("/v1/people", {**newcomer(CLERK, 3), **place})
            until = (datetime.now(UTC) + timedelta(days=90)).isoformat()
            wanted = {"role": "registry-clerk", "person_id": made["person"]["person_id"], **place}
            asked = await one.post("/v1/role-grants", {**wanted, "valid_to": until, "reason": "keeps the register"})
            await two.post(f"/v1/role-grants/{asked['grant_id']}/decision", {"approve": True})
        finally:
            await wire.aclose()
        link = f"{made['accept_at']}?token={made['invitation_token']}"
        await self._accept(CLERK, link, "registry-clerk", _PORT_SAID)

    async def register(self, number: int) -> str:
        """A household of one, entered by the clerk; its id."""
        person = {
            "role": "head",
            "full_name": "أحمد محمد علي حسن",
            "national_id": compose(date(1975, 5, 1), "03", number),
        }
        body = {"governorate": "03", "district": "03.02", "address": "شارع ١", "members": [person]}
        made = await self._as_clerk("post", "/v1/households", body)
        return str(made["household_id"])

    async def household(self, household_id: str) -> Any:
        """What the clerk is shown of it. Raises Refused."""
        return await self._as_clerk("get", f"/v1/households/{household_id}")

    async def _as_clerk(self, method: str, path: str, *body: Any) -> Any:
        wire = Wire(self.edge, limit=1)
        try:
            return await getattr(self._caller(wire, CLERK), method)(path, *body)
        finally:
            await wire.aclose()

    def _caller(self, wire: Wire, name: str) -> PersonCaller:
        return PersonCaller(wire, self.edge, self._store, self._store.all()[name])

    async def _accept(self, name: str, link: str, role: str, office: str) -> None:
        password, step, browser = secrets.token_urlsafe(18), step_now(), Browser(self.edge)
        try:
            seed = await browser.accept(link, password, step)
        finally:
            await browser.aclose()
        self._store.keep(Known(name, "", password, seed, role, office, used=step))


def answers(people: list[dict[str, str]]) -> str:
    """What somebody types whom `unicard people` asks for people without a mobile."""
    return "".join(f"{one['sign_in_name']}\n{one['full_name']}\n{one['national_id']}\n\n" for one in people)


def told(said: str) -> dict[str, str]:
    """The links `unicard people` has shown, by name."""
    return dict(re.findall(r"(\S+): hand this over in person[^\n]*\n\s*(\S+)", said))

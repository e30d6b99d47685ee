"""A registry office as the tests of change requests use it: who enters, who decides, who decides appeals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.registry.months import next_month
from card_service.registry.requests import upkeep
from chassis.clock import business_day, month_start
from chassis.contact import open_code
from chassis.ids import new_id
from chassis.testing import eventually

if TYPE_CHECKING:
    from .conftest import Office

BASE = "/v1/change-requests"
PDF, PNG, JPEG = b"%PDF-1.7 a certificate", b"\x89PNG\r\n\x1a\n a picture", b"\xff\xd8\xff\xe0 a photograph"
ARCHIVE = ["civil-registry:2026/117"]


_DUE = (
    "SELECT count(*) FROM change_request WHERE (state IN ('unproven', 'waiting') AND due_at <= $1"
    " AND escalated_at IS NULL) OR (state = 'announced' AND takes_effect_on <= $2"
    " AND (appeal IS DISTINCT FROM 'open' OR NOT held))"
)


@dataclass
class Counter:
    """A registry office: a clerk who enters, an approver who decides, another who decides appeals."""

    office: Office
    clerk: UUID = field(default_factory=new_id)
    approver: UUID = field(default_factory=new_id)
    judge: UUID = field(default_factory=new_id)
    area: str = "03"

    @property
    def today(self) -> date:
        return business_day(self.office.runtime.clock.now())

    @property
    def months(self) -> tuple[str, str]:
        return f"{month_start(self.today):%Y-%m}", f"{next_month(self.today):%Y-%m}"

    async def call(
        self, method: str, path: str, who: UUID, scope: str, expect: int | None = None, **options: Any
    ) -> Any:
        claims = {"authority": "ministry", "governorate": self.area} | options.pop("claims", {})
        headers = self.office.issuer.person(scope, person_id=who, **claims) | options.pop("headers", {})
        reply = await self.office.client.request(method, path, headers=headers, **options)
        assert (reply.status_code == expect) if expect else reply.is_success, reply.text
        return reply.json() if "json" in reply.headers.get("content-type", "") else reply

    async def enter(
        self, kind: str, household: Any, expect: int | None = None, archive: Any = ARCHIVE, **details: Any
    ) -> Any:
        change = {"kind": kind, "household_id": str(household), "fact_on": self.today.isoformat()} | details
        body = {"change": change, "archive_references": archive}
        return await self.call("POST", BASE, self.clerk, "requests:write", expect, json=body)

    async def read(self, made: Any, who: UUID | None = None, scope: str = "requests:approve") -> Any:
        return await self.call("GET", f"{BASE}/{made['request_id']}", who or self.approver, scope)

    async def decide(self, made: Any, decision: str = "approve", expect: int | None = None, **said: Any) -> Any:
        who = said.pop("who", self.approver)
        seen = await self.read(made)
        body = {"decision": decision, "digest": seen["digest"] or "0" * 64} | said
        return await self.call(
            "POST", f"{BASE}/{made['request_id']}/decision", who, "requests:approve", expect, json=body
        )

    async def done(self, kind: str, household: Any, **details: Any) -> Any:
        """A request of a kind, entered by one and approved by another; codes for another mobile come back."""
        made = await self.enter(kind, household, **details)
        if made["state"] == "unproven":
            made = await self.proven(made, details["citizen_id"])
        if made["state"] == "done":  # with both codes nobody else decides
            return made
        assert made["state"] == "waiting", made
        assert "decide" not in made["allowed_actions"]
        assert "decide" in (await self.read(made))["allowed_actions"]
        decided = await self.decide(made)
        assert decided["state"] == "done", decided
        return decided

    async def proven(self, made: Any, citizen: str) -> Any:
        """The codes of a request for another mobile, read from the telephones."""
        events = await self.office.events("MobileCodeIssued", citizen)
        vault = self.office.runtime.state.dependencies.contacts
        mine = [one for one in events if one["request_id"] == made["request_id"]]
        codes = [open_code(vault, UUID(citizen), one["code_sealed"]) for one in mine]
        body = dict(zip(("new_number", "old_number"), codes, strict=False))
        path = f"{BASE}/{made['request_id']}/codes"
        return await self.call("POST", path, self.clerk, "requests:write", json=body)

    async def home(self, *roles: str, **changed: Any) -> tuple[str, list[str], list[dict[str, Any]]]:
        made, bodies = await self.office.household(*roles, **changed)
        return made["household_id"], [one["citizen_id"] for one in made["members"]], bodies

    async def household(self, household: str) -> Any:
        return await self.office.call("GET", f"/v1/households/{household}", "citizens:read")

    async def citizen(self, citizen: str) -> Any:
        return await self.office.call("GET", f"/v1/citizens/{citizen}", "citizens:read")

    async def sizes(self, household: str, month: str) -> tuple[int, int]:
        found = await self.office.call("GET", f"/v1/households/{household}/months/{month}", "citizens:read")
        return found["goods"], found["bread"]

    async def at(self, days: int) -> None:
        """Let so many days pass, and what then happens by itself."""
        clock = self.office.runtime.clock
        clock.move_to(clock.now() + timedelta(days=days))  # type: ignore[attr-defined]
        await upkeep.run(self.office.runtime)

        async def nothing_due() -> bool:
            """The service's own worker may have had them at hand."""
            ((due,),) = await self.office.fetch(_DUE, clock.now(), self.today)
            return bool(due == 0)

        await eventually(nothing_due, seconds=30, every=0.05)

    async def codes(self, citizen: str) -> list[str]:
        """The codes sent about a citizen, oldest first."""
        vault = self.office.runtime.state.dependencies.contacts
        events = await self.office.events("MobileCodeIssued", citizen)
        return [open_code(vault, UUID(citizen), one["code_sealed"]) for one in events]


def person(office: Office, **changed: Any) -> dict[str, Any]:
    """Somebody of age whom nobody has registered yet, as a request names one."""
    return {name: value for name, value in office.person("other", **changed).items() if name != "role"}

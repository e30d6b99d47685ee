"""The registry office of the demonstration: a clerk enters a change, an approver decides, another decides appeals."""

from __future__ import annotations

from datetime import date
from typing import Any

from devstack.people.signed import PersonCaller
from devstack.terminal.caller import Refused

REQUESTS = "/v1/change-requests"
ARCHIVE = ["civil-registry:2026/117"]
PDF = b"%PDF-1.7\n% a certificate of the demonstration\n%%EOF\n"


class Office:
    """Three people at the API; none of them decides what is their own."""

    def __init__(self, clerk: PersonCaller, approver: PersonCaller, judge: PersonCaller) -> None:
        self.clerk, self.approver, self.judge = clerk, approver, judge

    async def enter(
        self, kind: str, household_id: str, on: date, *, archive: list[str] | None = None, **details: Any
    ) -> dict[str, Any]:
        """Ask for a change; `archive`: where its documents are kept. Raises Refused."""
        change = {"kind": kind, "household_id": household_id, "fact_on": on.isoformat(), **details}
        body = {"change": change, "archive_references": ARCHIVE if archive is None else archive}
        made: dict[str, Any] = await self.clerk.post(REQUESTS, body)
        return made

    async def refusal(self, kind: str, household_id: str, on: date, **details: Any) -> str:
        """The code with which a change is refused at once; `taken` where it is not."""
        try:
            await self.enter(kind, household_id, on, **details)
        except Refused as refused:
            return refused.code
        return "taken"

    async def add_file(self, request_id: str) -> None:
        """Add a document to a request."""
        path = f"{REQUESTS}/{request_id}/evidence"
        await self.clerk.call("POST", path, PDF, content_type="application/pdf")

    async def approve(self, request_id: str) -> dict[str, Any]:
        """Look at a request as the approver, its documents too, and approve what was seen."""
        await self.approver.show_anew()
        path = f"{REQUESTS}/{request_id}"
        seen = await self.approver.get(path)
        for document in seen["evidence"]:
            if document["size"]:
                await self.approver.get(f"{path}/evidence/{document['evidence_id']}")
        body = {"decision": "approve", "digest": seen["digest"]}
        decided: dict[str, Any] = await self.approver.post(f"{path}/decision", body)
        return decided

    async def done(self, kind: str, household_id: str, on: date, **details: Any) -> dict[str, Any]:
        """A change entered by one and approved by the other, as it stands then."""
        made = await self.enter(kind, household_id, on, **details)
        return await self.approve(made["request_id"])

    async def own_approval(self, request_id: str) -> str:
        """The code with which the clerk who entered a request is kept from deciding it."""
        seen = await self.clerk.get(f"{REQUESTS}/{request_id}")
        try:
            body = {"decision": "approve", "digest": seen["digest"]}
            await self.clerk.post(f"{REQUESTS}/{request_id}/decision", body)
        except Refused as refused:
            return refused.code
        return "decided"

    async def appeal(self, request_id: str, grounds: str) -> dict[str, Any]:
        """Enter what the citizen says against a decision."""
        made: dict[str, Any] = await self.clerk.post(f"{REQUESTS}/{request_id}/appeal", {"grounds": grounds})
        return made

    async def grant_by(self, who: PersonCaller, request_id: str) -> dict[str, Any]:
        """Grant an appeal. Raises Refused to the one who decided before."""
        await who.show_anew()
        path = f"{REQUESTS}/{request_id}"
        digest = (await who.get(path))["appeal_digest"]
        granted: dict[str, Any] = await who.post(f"{path}/appeal/decision", {"decision": "grant", "digest": digest})
        return granted

    async def state(self, request_id: str) -> str:
        """Where a request stands."""
        return str((await self.clerk.get(f"{REQUESTS}/{request_id}"))["state"])

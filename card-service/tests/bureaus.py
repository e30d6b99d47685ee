"""A personalisation bureau beside the tests: its own program, run as its own process."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from approvals.testing import decide
from chassis.testing import eventually
from chassis.testing_walk import PORT_SAID, Call

if TYPE_CHECKING:
    from .conftest import Office

WRITE, APPROVE = "production:write", "production:approve"
ROOT = Path(__file__).parents[2]


@dataclass
class Workshop:
    """The bureau's desk: its keys and the files that came and go."""

    office: Office
    folder: Path
    bureau_id: str = ""

    async def run(self, *arguments: str, expect: int = 0) -> str:
        """The bureau's program, as a process of its own; what it says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tools.bureau", *arguments,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complained = await process.communicate()
        assert process.returncode == expect, complained.decode()
        return (said or complained).decode()

    @property
    def keys(self) -> Path:
        """Where the private keys are."""
        return self.folder / "keys.json"

    async def public(self, name: str = "b1") -> dict[str, Any]:
        """New keys; their public halves."""
        made: dict[str, Any] = json.loads(await self.run("keys", "--name", name, "--keys", str(self.keys)))
        return made

    async def registered(self, name: str = "Bureau", **changed: Any) -> str:
        """The bureau with new keys, entered by one and approved by another."""
        body = {
            "name": name,
            "governorate": "03",
            "valid_from": "2026-01-01",
            "valid_to": "2090-12-31",
            **await self.public(name.replace(" ", "-").lower()),
        }
        made = await self.office.call("POST", "/v1/bureaus", WRITE, json=body | changed, expect=202)
        await decide(self.office.client, self.office.issuer, "card", made["proposal_id"], APPROVE)
        found = (await self.office.call("GET", "/v1/bureaus?limit=200", WRITE))["items"]
        self.bureau_id = [one["bureau_id"] for one in found if one["name"] == name][-1]
        return self.bureau_id

    async def returned(self, batch_id: str, *plant: str) -> str:
        """What the bureau makes of a batch: its signed return."""
        path = f"/v1/production-batches/{batch_id}/file"
        file = self.folder / "batch.jwe"
        file.write_text((await self.office.call("GET", path, WRITE))["content"], encoding="utf-8")
        issuer, out = self.folder / "issuer.json", self.folder / "return.jws"
        issuer.write_text(json.dumps(await self.office.call("GET", "/v1/production-keys", "")), encoding="utf-8")
        given = ["--file", str(file), "--keys", str(self.keys), "--issuer", str(issuer), "--out", str(out)]
        await self.run("personalise", *given, *(["--plant", *plant] if plant else []))
        return out.read_text(encoding="utf-8")


async def ordered(office: Office, phase_id: str, limit: int = 100, holders: str = "heads") -> dict[str, Any]:
    """An order of cards, its people gathered."""
    body = {"holders": holders, "limit": limit}
    path = f"/v1/rollout-phases/{phase_id}/card-orders"
    made: dict[str, Any] = await office.call("POST", path, WRITE, json=body, expect=202)

    async def done() -> dict[str, Any] | None:
        order: dict[str, Any] = await office.call("GET", f"/v1/card-orders/{made['order_id']}", WRITE)
        return order if order["status"] in {"done", "failed"} else None

    order = await eventually(done, seconds=60, every=0.05)
    assert order["status"] == "done"
    return {**order, "proposal_id": made["proposal_id"]}


async def approved(office: Office, phase_id: str, limit: int = 100, holders: str = "heads") -> dict[str, Any]:
    """An order of cards, approved by another person."""
    order = await ordered(office, phase_id, limit, holders)
    await decide(office.client, office.issuer, "card", order["proposal_id"], APPROVE)
    return order


async def production_calls(office: Office) -> dict[str, Call]:
    """The calls of a walk over production, in Port Said: one batch came back, one waits for its return."""
    phase_id = await office.phase(production="bureau")
    for _ in range(6):
        await office.household()
    with TemporaryDirectory() as folder:
        workshop = Workshop(office, Path(folder))
        bureau = await workshop.registered("Walked")
        order = await approved(office, phase_id, limit=6)
        one = {"bureau_id": bureau, "phase_id": phase_id, "size": 1}
        back, out = [
            await office.call("POST", "/v1/production-batches", WRITE, json=one | {"size": size}, expect=201)
            for size in (4, 1)
        ]
        for each in (back, out):
            content = {"content": await workshop.returned(each["batch_id"])}
            if each is back:
                path = f"/v1/production-batches/{back['batch_id']}/returns"
                await office.call("POST", path, WRITE, json=content, expect=201)
        public = await workshop.public("walk-2")
    site = (await office.site("Walked"))["site_id"]
    sent = {"site_id": site, "phase_id": phase_id, "count": 1}
    ways = [await office.call("POST", "/v1/consignments", "stock:dispatch", json=sent, expect=201) for _ in range(2)]
    ((made,), *_) = await office.fetch(
        "SELECT k.card_id FROM batch_card k WHERE batch_id = $1::text::uuid AND NOT EXISTS"
        " (SELECT FROM consignment_card c WHERE c.card_id = k.card_id)",
        back["batch_id"],
    )
    batches = "/v1/production-batches"
    entered = {"name": "Another", "governorate": "03", "valid_from": "2026-01-01", "valid_to": "2027-12-31", **public}
    return {
        "POST /v1/bureaus": Call("/v1/bureaus", WRITE, refused=403, body={"json": entered}),
        "GET /v1/production-batches": Call(f"{batches}?limit=200", WRITE, refused=200, mark=back["batch_id"]),
        "GET /v1/bureaus": Call("/v1/bureaus?limit=200", WRITE, refused=200, mark=bureau),
        "POST /v1/rollout-phases/{phase_id}/card-orders": Call(
            f"/v1/rollout-phases/{phase_id}/card-orders", WRITE, body={"json": {"holders": "heads", "limit": 1}}
        ),
        "GET /v1/card-orders/{order_id}": Call(f"/v1/card-orders/{order['order_id']}", WRITE),
        f"POST {batches}": Call(batches, WRITE, body={"json": one}),
        f"GET {batches}/{{batch_id}}": Call(f"{batches}/{out['batch_id']}", WRITE),
        f"GET {batches}/{{batch_id}}/file": Call(f"{batches}/{out['batch_id']}/file", WRITE),
        f"GET {batches}/{{batch_id}}/mismatches": Call(f"{batches}/{out['batch_id']}/mismatches", WRITE),
        f"POST {batches}/{{batch_id}}/returns": Call(
            f"{batches}/{out['batch_id']}/returns", WRITE, body={"json": content}
        ),
        "POST /v1/cards/{card_id}/reprint": Call(
            f"/v1/cards/{made}/reprint", WRITE, body={"json": {"reason": "damaged"}}
        ),
        **await _stock_calls(office, site, ways, sent),
    }


async def _stock_calls(office: Office, site: str, ways: list[dict[str, Any]], sent: dict[str, Any]) -> dict[str, Call]:
    """The calls of a walk over stock: one consignment was received, one is on its way."""
    there, waiting = ways
    consignments, place = "/v1/consignments", f"/v1/pickup-sites/{site}"
    ((card,),) = await office.fetch(
        "SELECT card_id FROM consignment_card WHERE consignment_id = $1::text::uuid", there["consignment_id"]
    )
    counted = {"card_ids": [str(card)], "damaged": []}
    path = f"{consignments}/{there['consignment_id']}/receipt"
    await office.call("POST", path, "stock:count", subject="receiver", claims={"site_id": site}, json=counted)
    return {
        f"POST {consignments}": Call(consignments, "stock:dispatch", body={"json": sent}),
        f"GET {consignments}": Call(
            f"{consignments}?on_the_way=true", "stock:dispatch", refused=200, mark=waiting["consignment_id"]
        ),
        f"GET {consignments}/{{consignment_id}}": Call(f"{consignments}/{waiting['consignment_id']}", "stock:dispatch"),
        f"POST {consignments}/{{consignment_id}}/receipt": Call(
            f"{consignments}/{waiting['consignment_id']}/receipt",
            "stock:count",
            PORT_SAID | {"subject": "receiver"},
            body={"json": {"card_ids": [], "damaged": []}},
        ),
        "POST /v1/pickup-sites/{site_id}/outgoing-consignments": Call(
            f"{place}/outgoing-consignments", "stock:count", body={"json": {"card_ids": [str(card)]}}
        ),
        "GET /v1/pickup-sites/{site_id}/cards-to-send": Call(f"{place}/cards-to-send", "stock:count"),
        "GET /v1/pickup-sites/{site_id}/stock": Call(f"{place}/stock", "stock:count"),
        "GET /v1/pickup-sites/{site_id}/stock/cards": Call(f"{place}/stock/cards", "stock:count"),
        "GET /v1/pickup-sites/{site_id}/stock/movements": Call(f"{place}/stock/movements?part=issued", "stock:count"),
        "POST /v1/pickup-sites/{site_id}/stock-counts": Call(
            f"{place}/stock-counts", "stock:count", body={"json": {"counted": 0}}
        ),
    }

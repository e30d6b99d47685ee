"""How outlets are reached: kept and told sealed, shown masked, in whose area they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chassis.contact import Contact
from chassis.sealing import Keyring, Vault
from contracts.supply import OutletContactChanged

from ..support import PLACE_KEYS, Supply

MOBILE = "010 0123 4567"
READS = Vault(Keyring.parse(PLACE_KEYS))


async def put(supply: Supply, outlet_id: UUID, **body: Any) -> Any:
    return await supply.admin("PUT", f"/v1/outlets/{outlet_id}/contact", "outlets:write", json=body)


async def test_a_number_is_told_sealed_and_shown_masked(supply: Supply) -> None:
    till = await supply.till()
    path = f"/v1/outlets/{till.outlet_id}"
    assert (await supply.admin("GET", path, "outlets:read")).json()["reachable"] is False
    reply = await put(supply, till.outlet_id, mobile=MOBILE, language="en")
    assert (reply.status_code, reply.json()) == (200, {"mobile_masked": "+2010*****567", "language": "en"})
    assert (await supply.admin("GET", path, "outlets:read")).json()["reachable"] is True
    told = [payload for _, payload in await supply.events(OutletContactChanged)]
    event = next(one for one in map(OutletContactChanged.model_validate_json, told) if one.outlet_id == till.outlet_id)
    assert Contact.open(READS, till.outlet_id, event.sealed).mobile == "+201001234567"
    assert (event.language, event.governorate) == ("en", "03")
    kept = await supply.fetch("SELECT o::text AS row FROM outlet o UNION ALL SELECT x::text FROM outbox x")
    assert not [row for row in kept if "1001234567" in row["row"]]
    assert (await put(supply, till.outlet_id, mobile=None)).json() == {"mobile_masked": None, "language": "ar"}
    assert (await supply.admin("GET", path, "outlets:read")).json()["reachable"] is False


@pytest.mark.parametrize(
    "mobile", ["12345", "+442071234567", "01012345 (Ali)", ""], ids=["short", "abroad", "words", "nothing"]
)
async def test_what_is_no_mobile_is_refused(supply: Supply, mobile: str) -> None:
    till = await supply.till()
    reply = await put(supply, till.outlet_id, mobile=mobile)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


async def test_the_change_is_recorded_without_the_number(supply: Supply) -> None:
    till = await supply.till()
    reply = await put(supply, till.outlet_id, mobile=MOBILE)
    (row,) = await supply.fetch("SELECT * FROM record WHERE request_id = $1", UUID(reply.headers["Record-Id"]))
    assert (row["who"], row["object_kind"], row["classes"]) == ("ministry", "outlets", "contact")
    after = await supply.runtime.records.keys.open(supply.runtime.pool, None, row["after"]) if row["after"] else None
    assert MOBILE not in str(after)

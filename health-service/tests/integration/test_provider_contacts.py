"""How providers of care are reached: kept and told sealed, shown masked, in whose area they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chassis.contact import Contact
from chassis.sealing import Keyring, Vault
from contracts.health import ProviderContactChanged

from ..support import PLACE_KEYS, Health

MOBILE = "010 0123 4567"
READS = Vault(Keyring.parse(PLACE_KEYS))


async def put(health: Health, provider_id: UUID, **body: Any) -> Any:
    return await health.admin("PUT", f"/v1/providers/{provider_id}/contact", "providers:write", json=body)


async def test_a_number_is_told_sealed_and_shown_masked(health: Health) -> None:
    desk = await health.desk()
    path = f"/v1/providers/{desk.provider_id}"
    assert (await health.admin("GET", path, "providers:read")).json()["reachable"] is False
    reply = await put(health, desk.provider_id, mobile=MOBILE, language="en")
    assert (reply.status_code, reply.json()) == (200, {"mobile_masked": "+2010*****567", "language": "en"})
    assert (await health.admin("GET", path, "providers:read")).json()["reachable"] is True
    told = await health.told(ProviderContactChanged)
    event = next(one for one in told if one.provider_id == desk.provider_id)
    assert Contact.open(READS, desk.provider_id, event.sealed).mobile == "+201001234567"
    assert (event.language, event.governorate) == ("en", "03")
    kept = await health.fetch("SELECT o::text AS row FROM provider o UNION ALL SELECT x::text FROM outbox x")
    assert not [row for row in kept if "1001234567" in row["row"]]
    assert (await put(health, desk.provider_id, mobile=None)).json() == {"mobile_masked": None, "language": "ar"}
    assert (await health.admin("GET", path, "providers:read")).json()["reachable"] is False


@pytest.mark.parametrize(
    "mobile", ["12345", "+442071234567", "01012345 (Ali)", ""], ids=["short", "abroad", "words", "nothing"]
)
async def test_what_is_no_mobile_is_refused(health: Health, mobile: str) -> None:
    desk = await health.desk()
    reply = await put(health, desk.provider_id, mobile=mobile)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


async def test_the_change_is_recorded_without_the_number(health: Health) -> None:
    desk = await health.desk()
    reply = await put(health, desk.provider_id, mobile=MOBILE)
    (row,) = await health.fetch("SELECT * FROM record WHERE request_id = $1", UUID(reply.headers["Record-Id"]))
    assert (row["who"], row["object_kind"], row["classes"]) == ("ministry", "providers", "contact")
    after = await health.runtime.records.keys.open(health.runtime.pool, None, row["after"]) if row["after"] else None
    assert MOBILE not in str(after)

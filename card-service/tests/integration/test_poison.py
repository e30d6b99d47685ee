"""What cannot be done with one row keeps no other back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.accesses import models, repository
from card_service.accesses.service import CHAIN
from card_service.distribution import missed
from chassis.testing import eventually
from contracts.card import PickupMissed

from .test_distribution import set_clock

if TYPE_CHECKING:
    import pytest

    from ..conftest import Office, OpenOffice


async def aside(office: Office, worker: str) -> list[str]:
    return [row["item"] for row in await office.fetch("SELECT item FROM set_aside WHERE worker = $1", worker)]


async def test_an_access_that_cannot_be_chained_keeps_no_other(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    chained = models.chained
    bad: set[str] = set()

    def fails(digest: bytes, position: int, access: models.Access) -> bytes:
        if str(access.citizen_id) in bad:
            raise ValueError("a bad row")
        return chained(digest, position, access)

    monkeypatch.setattr(repository, "chained", fails)
    async with open_office() as office:
        made = [(await office.household())[0]["members"][0]["citizen_id"] for _ in range(3)]
        bad.add(made[1])
        for citizen in made:
            await office.fetch(
                "INSERT INTO access_pending (access_id, citizen_id, subject, action, purpose, request_id, accessed_at)"
                " VALUES (gen_random_uuid(), $1, 'clerk', 'read', 'citizen_lookup', 'r', now())",
                citizen,
            )

        async def others() -> bool:
            rows = await office.fetch("SELECT citizen_id FROM access_log")
            return {str(row["citizen_id"]) for row in rows} >= {made[0], made[2]}

        await eventually(others)
        assert await eventually(lambda: aside(office, CHAIN.worker))
        pending = await office.fetch("SELECT citizen_id FROM access_pending")
        assert {str(row["citizen_id"]) for row in pending} == {made[1]}


async def test_an_appointment_that_cannot_be_told_of_keeps_no_other(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled = PickupMissed
    bad: set[UUID] = set()

    def fails(**values: Any) -> Any:
        if values["appointment_id"] in bad:
            raise ValueError("a bad row")
        return scheduled(**values)

    monkeypatch.setattr(missed, "PickupMissed", fails)
    async with open_office() as office:
        await office.site()
        for _ in range(4):
            await office.household()
        await office.planned(await office.phase())
        rows = await office.fetch("SELECT appointment_id FROM appointment ORDER BY appointment_id")
        bad.add(rows[2]["appointment_id"])
        await set_clock(office, datetime.now(UTC) + timedelta(days=60))

        async def others() -> bool:
            found = await office.fetch("SELECT appointment_id FROM appointment WHERE state = 'missed'")
            return len(found) >= 3

        await eventually(others)
        found = await eventually(lambda: aside(office, missed.MISSED.worker))
        assert found == [str(rows[2]["appointment_id"])]

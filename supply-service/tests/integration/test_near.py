"""A citizen who asks for the nearest is told of outlets of the household's district that sell now."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from chassis.ids import new_id
from contracts.notify import InquiryReceived
from contracts.outlets import OutletsStated

from ..support import NOON

if TYPE_CHECKING:
    from ..support import Supply


async def asked(supply: Supply, household_id: UUID) -> list[str]:
    """The kinds that are stated, in their order."""
    inquiry = new_id()
    await supply.deliver(
        InquiryReceived(
            inquiry_id=inquiry, citizen_id=new_id(), household_id=household_id, topic="nearest", received_at=NOON
        )
    )
    told = [orjson.loads(payload) for _, payload in await supply.events(OutletsStated)]
    (stated,) = [one for one in told if one["inquiry_id"] == str(inquiry)]
    return [outlet["kind"] for outlet in stated["outlets"]]


async def test_outlets_of_the_district_that_sell(supply: Supply) -> None:
    holder = await supply.holder(3)
    shop = await supply.till("grocer")
    await supply.till("bakery")
    await supply.till("bakery")
    await supply.till("depot")
    await supply.till("gameaty", governorate="19")
    assert await asked(supply, holder.household_id) == ["bakery", "bakery", "grocer"]
    suspended = await supply.admin(
        "POST", f"/v1/outlets/{shop.outlet_id}/suspension", "outlets:write", json={"reason": "inspection"}
    )
    assert suspended.status_code == 201, suspended.text
    assert await asked(supply, holder.household_id) == ["bakery", "bakery"]
    assert await asked(supply, new_id()) == []

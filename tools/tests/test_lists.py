"""The order of every list is known, and in none of them can something new stand behind what was read already.

An id that is made before its row is written, or at another moment than what brings the row into the list, orders
nothing: a reader who goes on from `next` would never meet it.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from tools.generated import OPENAPI, refresh

from chassis.testing import paged

pytestmark = pytest.mark.registers

POSTED: Final = "by the number or transaction of the posting: what is posted later stands later"
NEWEST: Final = "newest first: what comes later stands before all that was read, and is met at the next reading"
NAMED: Final = "by what names the item for its caller: a directory or a day's totals, read whole"
FILED: Final = "by the place in a file that no longer grows"
HOURLY: Final = "by the hour of the appointment: a day's plan, read whole"
CHOSEN: Final = "in the order a person chose, to look through; what must be whole is a file, of one moment"
CREATED: Final = "by an id made in the transaction that brings it into the list: worked off, and read whole again"

# What every service has; settled events stand in the order of settling (libs/chassis test_consumer.py).
PARKED, PROPOSALS, POLICIES = "/v1/operations/*/parked-events", "/v1/proposals/*", "/v1/policies/*"

ORDERS: Final = {
    PARKED: POSTED,
    PROPOSALS: NEWEST,
    POLICIES: NAMED,
    "/v1/areas": NAMED,
    "/v1/authorities": NAMED,
    "/v1/bureaus": CREATED,
    "/v1/campaign-texts": CREATED,
    "/v1/campaigns": CREATED,
    "/v1/cards/{card_id}/free-hours": HOURLY,
    "/v1/cards/{card_id}/history": POSTED,
    "/v1/cards/{card_id}/mandates": CREATED,
    "/v1/change-requests": NEWEST,
    "/v1/citizens": POSTED,
    "/v1/citizens/{citizen_id}/accesses": NEWEST,
    "/v1/citizens/{citizen_id}/disclosures": NEWEST,
    "/v1/citizens/{citizen_id}/messages": POSTED,
    "/v1/clients": NAMED,
    "/v1/complaints": CREATED,
    "/v1/self/complaints": CREATED,
    "/v1/self/card/free-hours": HOURLY,
    "/v1/self/messages": NEWEST,
    "/v1/self/outlets": CREATED,
    "/v1/self/sales": NEWEST,
    "/v1/consignments": NEWEST,
    "/v1/courses": CREATED,
    "/v1/courses/{course_id}/participants": CREATED,
    "/v1/disputes": CREATED,
    "/v1/duplicates": CREATED,
    "/v1/encounter-reviews": CREATED,
    "/v1/hot-list": POSTED,
    "/v1/flour-balances": NAMED,
    "/v1/flour-deliveries": CREATED,
    "/v1/flour-findings": CREATED,
    "/v1/free-sales": CREATED,
    "/v1/house-calls": CREATED,
    "/v1/households": POSTED,
    "/v1/imports": NEWEST,
    "/v1/imports/{import_id}/rejections": FILED,
    "/v1/imports/{import_id}/rows": FILED,
    "/v1/memberships": POSTED,
    "/v1/inspector-draws": CREATED,
    "/v1/merchant-totals": NAMED,
    "/v1/questions": CREATED,
    "/v1/messages": POSTED,
    "/v1/offline-gaps": NAMED,
    "/v1/outlet-totals": NAMED,
    "/v1/outlets": NAMED,
    "/v1/outlets/{outlet_id}/days": NEWEST,
    "/v1/terminals": NAMED,
    "/v1/clinic-terminals": NAMED,
    "/v1/paper-sheets": CREATED,
    "/v1/payout-batches": NEWEST,
    "/v1/payout-batches/{batch_id}/doubles": FILED,
    "/v1/payout-batches/{batch_id}/faults": FILED,
    "/v1/payout-batches/{batch_id}/items": FILED,
    "/v1/payout-funds": NAMED,
    "/v1/payout-programmes": NAMED,
    "/v1/people": CREATED,
    "/v1/pickup-plans/{plan_id}/load": NAMED,
    "/v1/pickup-sites": NAMED,
    "/v1/public/pickup-sites": NAMED,
    "/v1/pickup-sites/{site_id}/appointments": HOURLY,
    "/v1/pickup-sites/{site_id}/cards-to-send": NAMED,
    "/v1/pickup-sites/{site_id}/closures": CREATED,
    "/v1/pickup-sites/{site_id}/stock/cards": NAMED,
    "/v1/pickup-sites/{site_id}/stock/movements": POSTED,
    "/v1/pickup-sites/{site_id}/uncollected": NAMED,
    "/v1/policies": NAMED,
    "/v1/production-batches": NEWEST,
    "/v1/production-batches/{batch_id}/mismatches": POSTED,
    "/v1/providers": NAMED,
    "/v1/receipt-notices": CREATED,
    "/v1/redemptions": NEWEST,
    "/v1/role-grants": CREATED,
    "/v1/register-exports": NEWEST,
    "/v1/registered-households": CHOSEN,
    "/v1/rollout-phases": CREATED,
    "/v1/rollout-phases/{phase_id}/households": NAMED,
    "/v1/rollout-phases/{phase_id}/pickup-plans": NEWEST,
    "/v1/seminars": CREATED,
    "/v1/settlements": NAMED,
    "/v1/staff-to-train": NAMED,
    "/v1/trials": CREATED,
    "/v1/wallets/{card_id}/statement": POSTED,
}


def lists() -> dict[str, dict[str, Any]]:
    """The lists with pages, by path; those that every service has under one name."""
    refresh(OPENAPI)
    document = json.loads(OPENAPI.read_text())
    found = {}
    for path in paged(document):
        name = path
        for shared in (PARKED, PROPOSALS, POLICIES):
            before, _, behind = shared.partition("*")
            if path.startswith(before) and path.endswith(behind) and path != "/v1/policies":
                name = shared
        found[name] = document["paths"][path]["get"]
    return found


def test_every_list_has_an_order_that_is_known() -> None:
    assert lists().keys() == ORDERS.keys()


def test_lists_of_what_is_posted_say_nothing_of_a_moment() -> None:
    """Their cursor is opaque or the number of a posting: none of them goes on from a time."""
    posted = [operation for name, operation in lists().items() if ORDERS[name] is POSTED]
    cursors = [one for operation in posted for one in operation["parameters"] if one["name"] == "after"]
    assert len(cursors) == len(posted)
    assert not [one for one in cursors if "date-time" in json.dumps(one)]

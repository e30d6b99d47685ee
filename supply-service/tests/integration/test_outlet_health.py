"""Lists of outlets by what is asked for, their counts, and how the terminals of one do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..support import NOON, Supply, bread
from .test_offline import Chain, upload
from .test_outlets import BAKERY

TODAY = NOON.date().isoformat()
HERE: dict[str, str] = {"governorate": "27", "district": "27.02"}


async def of(supply: Supply, query: str, path: str = "/v1/outlets", governorate: str = HERE["governorate"]) -> Any:
    reply = await supply.admin("GET", f"{path}?governorate={governorate}&{query}", "outlets:read")
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_a_list_and_its_count_agree_on_every_condition(supply: Supply) -> None:
    made = []
    for number, kind in enumerate(("bakery", "bakery", "grocer")):
        fuel = {} if kind == "bakery" else {"fuel": None, "loaf_type": None}
        body = BAKERY | HERE | fuel | {"kind": kind, "name_en": f"Outlet {number}"}
        made.append((await supply.admin("POST", "/v1/outlets", "outlets:write", json=body)).json()["outlet_id"])
    path = f"/v1/outlets/{made[0]}/suspension"
    assert (await supply.admin("POST", path, "outlets:write", json={"reason": "closed"})).status_code == 201
    for query, expected in (
        ("", made), ("kind=grocer", made[2:]), ("state=suspended", made[:1]), ("state=active", made[1:]),
        ("district=27.02&kind=bakery", made[:2]), ("district=27.01", []), ("silent_days=1", []),
    ):  # fmt: skip
        listed = (await of(supply, query))["items"]
        assert [one["outlet_id"] for one in listed] == expected, query
        assert await of(supply, query, "/v1/outlet-counts") == {"count": len(expected)}


async def test_who_has_not_sold_since_a_day_is_silent(supply: Supply) -> None:
    sells, silent = await supply.till(district="03.04"), await supply.till(district="03.04")

    async def found() -> set[str]:
        query = "silent_days=1&kind=bakery&district=03.04"
        return {one["outlet_id"] for one in (await of(supply, query, governorate="03"))["items"]}

    assert (await supply.sell(sells, await supply.holder(), bread(5))).status_code == 201
    assert str(silent.outlet_id) in await found()
    assert str(sells.outlet_id) not in await found()
    path = f"/v1/terminals/{silent.terminal_id}/suspension"
    await supply.admin("POST", path, "terminals:write", json={"reason": "lost"})
    assert str(silent.outlet_id) not in await found()  # no terminal of it is in use: it is stopped, and not silent


async def test_an_outlets_terminals_say_when_they_were_heard_and_what_is_missing(supply: Supply) -> None:
    till = await supply.till()
    path = f"/v1/outlets/{till.outlet_id}/terminals"

    async def health() -> dict[str, Any]:
        reply = await supply.admin("GET", path, "terminals:read")
        assert reply.status_code == 200, reply.text
        (one,) = reply.json()["terminals"]
        return dict(one)

    fresh = await health()
    assert (fresh["last_sale_at"], fresh["missing"]) == (None, 0)
    assert (await supply.sell(till, await supply.holder(), bread(5))).status_code == 201
    sold = await health()
    assert sold["last_sale_at"][:10] == TODAY
    assert sold["heard_at"] >= sold["last_sale_at"]
    chain = Chain(till)
    sales = [chain.sell(await supply.holder(members=1), bread(5)) for _ in range(4)]
    await upload(supply, till, [sales[0], sales[3]])
    after = await health()
    assert (after["missing"], after["missing_since"] is not None) == (2, True)
    gaps = await supply.admin("GET", f"/v1/offline-gaps?outlet_id={till.outlet_id}", "disputes:write")
    assert [(gap["first"], gap["last"]) for gap in gaps.json()["items"]] == [(2, 3)]


async def test_terminals_are_found_by_their_serial_number_and_state(supply: Supply) -> None:
    till = await supply.till()
    (known,) = (await supply.admin("GET", f"/v1/terminals?outlet_id={till.outlet_id}", "terminals:read")).json()[
        "items"
    ]
    query = f"/v1/terminals?serial={known['serial']}"
    for status, expected in (("active", [known]), ("suspended", [])):
        reply = await supply.admin("GET", f"{query}&status={status}", "terminals:suspend")
        assert reply.json()["items"] == expected


async def test_closed_days_come_newest_first_with_what_was_counted(supply: Supply) -> None:
    till = await supply.till()
    assert (await supply.sell(till, await supply.holder(), bread(5))).status_code == 201
    for day in ("2026-11-03", "2026-11-04", TODAY):
        await supply.admin("POST", f"/v1/outlets/{till.outlet_id}/days/{day}/close", "days:close")
    path = f"/v1/outlets/{till.outlet_id}/days"
    first = (await supply.admin("GET", f"{path}?limit=2", "days:read")).json()
    assert [(one["business_day"], one["loaves"]) for one in first["items"]] == [(TODAY, 5), ("2026-11-04", 0)]
    rest = (await supply.admin("GET", f"{path}?limit=2&after={first['next']}", "days:read")).json()
    assert [one["business_day"] for one in rest["items"]] == ["2026-11-03"]
    refused = await supply.admin("GET", f"{path}?after=2026-13-01", "days:read")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


async def test_disputes_are_listed_by_governorate_and_age(supply: Supply) -> None:
    till = await supply.till()
    chain = Chain(till)
    await upload(supply, till, [chain.sell(await supply.holder(members=1), bread(1000))])
    path = f"/v1/disputes?outlet_id={till.outlet_id}"
    for query, expected in (
        ("governorate=03", 1), ("governorate=11", 0), ("older_days=1", 0),
    ):  # fmt: skip
        reply = await supply.admin("GET", f"{path}&{query}", "disputes:write")
        assert len(reply.json()["items"]) == expected, query
    (found,) = (await supply.admin("GET", path, "disputes:write")).json()["items"]
    supply.at(datetime.fromisoformat(found["found_at"]) + timedelta(days=3))
    for query, expected in (("older_days=2", 1), ("older_days=4", 0)):
        reply = await supply.admin("GET", f"{path}&{query}", "disputes:write")
        assert len(reply.json()["items"]) == expected, query
    supply.at(NOON)

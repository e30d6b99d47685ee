"""Likely doubles among a hundred thousand payouts: every planted one is found, and nothing else."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from chassis.ids import new_id

from ..payouts import BATCHES, Office
from ..support import House

ROWS = 100_000
HEADERS = {"authority": "pension-authority", "name_ar": "منح", "name_en": "Grants"}


async def programme(house: House, name: str) -> None:
    headers = house.client_headers("funds:write")
    fund = await house.client.put(f"/v1/payout-funds/{name}", json=HEADERS, headers=headers)
    assert fund.status_code == 200, fund.text
    said = {"fund": name, "kind": "assistance", "name_ar": "منح", "name_en": "Grants"}
    headers = house.client_headers("funds:write")
    made = await house.client.put(f"/v1/payout-programmes/{name}", json=said, headers=headers)
    assert made.status_code == 200, made.text


async def doubles(office: Office, path: str) -> dict[tuple[int, str], Any]:
    found: dict[tuple[int, str], Any] = {}
    after: int | None = 0
    while after is not None:
        page = await office.call("GET", f"{path}/doubles?limit=1000&after={after}")
        found |= {(one["number"], one["code"]): one for one in page["items"]}
        after = page["next"]
    return found


async def test_planted_doubles_are_found_and_none_else(house: House) -> None:
    office = Office(house)
    await programme(house, "grant")
    people = [new_id() for _ in range(ROWS)]
    strangers = [new_id() for _ in range(100)]
    month = {"month": "2026-12"}
    # The same month: ten of the same programme, ten of another with the same amount, ten with another amount.
    earlier = await office.batch(
        [f"{one},{200_000 + n},e{n}" for n, one in enumerate([*people[:10], *strangers])], **month
    )
    grants = [f"{one},{150_000 + n},g{n}" for n, one in enumerate(people[10:20], start=10)]
    grants += [f"{one},{150_001 + n},g{n}" for n, one in enumerate(people[20:30], start=20)]
    other = await office.batch(grants, programme="grant", **month)
    # Another month, one that was withdrawn, one that is still open, a payout taken out: none of them counts.
    past = await office.batch(
        [f"{one},{150_000 + n},p{n}" for n, one in enumerate(people[30:40], start=30)], month="2026-11"
    )
    gone = await office.batch([f"{one},{150_000 + n},c{n}" for n, one in enumerate(people[40:50], start=40)], **month)
    await office.batch([f"{one},{150_000 + n},o{n}" for n, one in enumerate(people[50:60], start=50)], **month)
    for path in (earlier, other, past, gone):
        await office.submit(path)
    await office.call("POST", f"{gone}/cancellation", json={"reason": "wrong"})
    lines = [f"{one},{150_000 + n},r{n}" for n, one in enumerate(people)]
    planted = {70_000 + n: people[60 + n] for n in range(20)}  # the same person again, far behind
    for at, one in planted.items():
        lines[at] = f"{one},99,r{at}"
    lines.append(f"{people[90]},5,taken-out")
    began = time.perf_counter()
    path = await office.batch(lines, **month)
    await office.call("DELETE", f"{path}/items/{ROWS + 1}")
    total = sum(int(line.split(",")[1]) for line in lines[:-1])
    await office.call("PUT", f"{path}/declaration", json={"declared_count": ROWS, "declared_total": total})
    middle = time.perf_counter()
    submitted = await office.submit(path)
    assert time.perf_counter() - middle < 20
    assert middle - began < 60
    expected = {(at + 1, "twice_in_batch") for at in planted}
    expected |= {(n + 1, "paid_this_month") for n in range(10)}
    expected |= {(n + 1, "same_amount_elsewhere") for n in range(10, 20)}
    found = await doubles(office, path)
    assert set(found) == expected
    assert submitted["doubles_count"] == 40
    first = found[1, "paid_this_month"]
    assert (first["other_batch_id"], first["other_number"]) == (earlier.rpartition("/")[2], 1)
    assert (UUID(first["citizen_id"]), bool(first["reason_ar"])) == (people[0], True)
    assert found[70_001, "twice_in_batch"]["other_number"] == 61


async def test_of_two_batches_submitted_one_after_the_other_the_second_sees_the_first(house: House) -> None:
    office, one = Office(house), new_id()
    first, second = [await office.batch([f"{one},100,a"]) for _ in range(2)]
    assert (await office.submit(first))["doubles_count"] == 0
    assert (await office.submit(second))["doubles_count"] == 1
    await office.call("POST", f"{first}/cancellation", json={"reason": "wrong"})
    await office.call("POST", f"{second}/reopening")
    assert (await office.submit(second))["doubles_count"] == 0
    assert (await office.call("GET", f"{BATCHES}?state=cancelled"))["items"][0]["cancel_reason"] == "wrong"

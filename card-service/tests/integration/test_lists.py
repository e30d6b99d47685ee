"""Lists of the register: filters, paging, and what has changed since, also where transactions take long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.testing import eventually

if TYPE_CHECKING:
    from ..conftest import Office

READ = "citizens:read"


async def since(office: Office, path: str, after: str = "", **claims: Any) -> list[dict[str, Any]]:
    """Everything behind a position, page by page."""
    found: list[dict[str, Any]] = []
    joint = "&" if "?" in path else "?"
    while True:
        page = await office.call("GET", f"{path}{joint}limit=3&after={after}", READ, claims=claims)
        found += page["items"]
        if page["next"] is None:
            return found
        after = page["next"]


async def heard(office: Office, path: str, after: str, count: int) -> list[dict[str, Any]]:
    """What is behind a position, once there is as much: other transactions of the server may hold it back a while."""

    async def there() -> list[dict[str, Any]] | None:
        found = await since(office, path, after)
        return found if len(found) >= count else None

    found: list[dict[str, Any]] = await eventually(there, seconds=60)
    return found


async def known(office: Office, *households: dict[str, Any]) -> list[dict[str, Any]]:
    """All households, once these are among them."""
    ids = {one["household_id"] for one in households}

    async def there() -> list[dict[str, Any]] | None:
        found = await since(office, "/v1/households")
        return found if ids <= {one["household_id"] for one in found} else None

    found: list[dict[str, Any]] = await eventually(there, seconds=60)
    return found


def last(items: list[dict[str, Any]]) -> str:
    return str(items[-1]["position"]) if items else ""


async def test_lists_show_each_once_and_then_what_has_changed(office: Office) -> None:
    made = [await office.household("child") for _ in range(4)]
    ids = [one["household_id"] for one, _ in made]
    first = await known(office, *(one for one, _ in made))
    assert [one["household_id"] for one in first if one["household_id"] in ids] == ids, "in the order of commits"
    assert await since(office, "/v1/households", last(first)) == []
    people = await since(office, "/v1/citizens")
    stays = await since(office, "/v1/memberships")
    child = made[1][0]["members"][1]["citizen_id"]
    await office.changed("removal", ids[1], citizen_id=child, reason="abroad")
    (changed,) = await heard(office, "/v1/households", last(first), 1)
    assert (changed["household_id"], changed["members"], changed["revision"]) == (ids[1], 1, 2)
    (left,) = await heard(office, "/v1/citizens", last(people), 1)
    assert (left["citizen_id"], left["household_id"], left["role"]) == (child, None, None)
    (over,) = await heard(office, "/v1/memberships", last(stays), 1)
    assert (over["citizen_id"], over["leave_reason"]) == (child, "removed")
    assert over["until"] is not None
    for item in (changed, left, over):
        assert "full_name" not in item


async def test_filters_narrow_and_unknown_ones_are_refused(office: Office) -> None:
    there, _ = await office.household(governorate="19", district="19.07")
    here, _ = await office.household("child")
    await known(office, there, here)
    found = await since(office, "/v1/households?governorate=19&district=19.07&status=active")
    assert there["household_id"] in {one["household_id"] for one in found}
    assert {(one["governorate"], one["district"]) for one in found} == {("19", "19.07")}
    mine = await since(office, f"/v1/memberships?household_id={here['household_id']}")
    assert len(mine) == 2
    one = here["members"][0]["citizen_id"]
    assert [item["citizen_id"] for item in await since(office, f"/v1/memberships?citizen_id={one}")] == [one]
    assert await since(office, "/v1/citizens?life=deceased") == []
    bound = await since(office, "/v1/households", governorate="19")
    assert {item["governorate"] for item in bound} == {"19"}
    for asked in ("changed=yes", "status=gone", "after=7", "limit=7.0", "life=alive"):
        await office.call("GET", f"/v1/households?{asked}", READ, expect=422)


async def test_a_long_transaction_is_never_missed(office: Office) -> None:
    """One writes and commits late, others meanwhile: a reader who asks again and again sees every change."""
    made = [await office.household() for _ in range(6)]
    ids = [UUID(one["household_id"]) for one, _ in made]
    seen: list[str] = []
    place = last(await known(office, *(one for one, _ in made)))
    begun, finish = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        async with office.runtime.pool.acquire() as connection, connection.transaction():
            await connection.execute("UPDATE household SET address = 'slow' WHERE household_id = $1", ids[0])
            begun.set()
            await finish.wait()

    async def read() -> None:
        nonlocal place
        items = await since(office, "/v1/households", place)
        seen.extend(one["household_id"] for one in items)
        place = last(items) or place

    slow = asyncio.create_task(long())
    await asyncio.wait_for(begun.wait(), 30)
    for one in ids[1:]:
        await office.runtime.pool.execute("UPDATE household SET address = 'quick' WHERE household_id = $1", one)
        await read()
    assert str(ids[0]) not in seen
    finish.set()
    await slow

    async def all_seen() -> bool:
        await read()
        return set(seen) >= set(map(str, ids))

    await eventually(all_seen, seconds=60)


async def test_many_writers_at_once_and_a_reader_that_misses_none(office: Office) -> None:
    made = [await office.household() for _ in range(8)]
    ids = [UUID(one["household_id"]) for one, _ in made]
    place, seen = last(await known(office, *(one for one, _ in made))), dict.fromkeys(map(str, ids), 0)
    done = asyncio.Event()

    async def write(one: UUID, number: int) -> None:
        for turn in range(5):
            async with office.runtime.pool.acquire() as connection, connection.transaction():
                await connection.execute("UPDATE household SET revision = revision + 1 WHERE household_id = $1", one)
                await connection.execute("SELECT pg_sleep($1)", 0.01 * ((number + turn) % 4))

    async def read() -> bool:
        nonlocal place
        items = await since(office, "/v1/households", place)
        seen.update((one["household_id"], one["revision"]) for one in items)
        place = last(items) or place
        return {seen[str(one)] for one in ids} == {6}

    async def follow() -> None:
        while not done.is_set():
            await read()
        await eventually(read, seconds=60)

    async def write_all() -> None:
        await asyncio.gather(*(write(one, n) for n, one in enumerate(ids)))
        done.set()

    await asyncio.gather(write_all(), follow())


async def test_who_moves_with_the_household_has_changed_too(office: Office) -> None:
    made, _ = await office.household("child")
    await known(office, made)
    people, stays = await since(office, "/v1/citizens"), await since(office, "/v1/memberships")
    await office.runtime.pool.execute(
        "UPDATE household SET governorate = '19', district = '19.07' WHERE household_id = $1",
        UUID(made["household_id"]),
    )
    moved = await heard(office, "/v1/citizens", last(people), 2)
    assert {one["citizen_id"] for one in moved} == {one["citizen_id"] for one in made["members"]}
    assert {one["governorate"] for one in await heard(office, "/v1/memberships", last(stays), 2)} == {"19"}


async def test_a_district_is_one_of_the_list(office: Office) -> None:
    people: dict[str, Any] = {"governorate": "03", "address": "", "members": [office.person()]}
    for place, code in (
        ({"district": "03.99"}, "district_unknown"),
        ({"district": "19.07"}, "district_unknown"),
        ({"district": "99.01", "governorate": "99"}, "governorate_unknown"),
        ({"district": "al-arab"}, "invalid_request"),
    ):
        refused = await office.call("POST", "/v1/households", "citizens:write", expect=422, json=people | place)
        assert (refused["code"], bool(refused["title_ar"]), bool(refused["detail_ar"])) == (code, True, True)
    made, _ = await office.household()
    word = "UPDATE household SET district = 'عزبة قديمة' WHERE household_id = $1::text::uuid RETURNING 1"
    await office.fetch(word, made["household_id"])
    (unlisted,) = await heard(office, "/v1/households?district=unlisted", "", 1)
    assert (unlisted["household_id"], unlisted["district"]) == (made["household_id"], "عزبة قديمة")
    assert made["household_id"] not in {
        one["household_id"] for one in await since(office, "/v1/households?governorate=03&district=03.02")
    }
    await office.call("GET", "/v1/households?district=03.99", "citizens:read", expect=422)

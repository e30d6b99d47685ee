"""The hot list: what stands on it, and that a terminal which goes on from its last position misses nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from card_service.hotlist import upkeep
from card_service.hotlist.models import Position
from chassis.ids import new_id
from chassis.testing import eventually

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

WRITE, SELLS = "cards:write", "redemptions:create"
CLOSE = "UPDATE card SET state = 'closed', closed_at = now(), close_reason = 'member_left' WHERE card_id = $1"


class Follower:
    """A terminal of a governorate that keeps the list as its document says."""

    def __init__(self, office: Office, governorate: str = "03") -> None:
        """It has no list yet."""
        self.office, self.id = office, str(new_id())
        self.claims = {"kind": "terminal", "governorate": governorate, "outlet_id": new_id()}
        self.position = ""
        self.cards: set[str] = set()
        self.wholes = 0

    async def part(self, after: str, limit: int = 1000, expect: int | None = None) -> Any:
        """What the signed part says, its signature checked by the published keys."""
        path = f"/v1/hot-list?limit={limit}&after={after}"
        reply = await self.office.call("GET", path, SELLS, subject=self.id, claims=self.claims, expect=expect)
        if expect is not None:
            return reply
        keys = KeySet.import_key_set(await self.office.call("GET", "/v1/hot-list-keys", ""))
        opened = jws.deserialize_compact(reply["part"], keys, algorithms=["EdDSA"])
        assert opened.headers()["typ"] == "unicard-hot-list+jws"
        return orjson.loads(opened.payload)

    async def follow(self, limit: int = 1000) -> list[dict[str, Any]]:
        """Read until the list is complete; the parts."""
        parts = []
        while True:
            part = await self.part(self.position, limit)
            if part["from"] is None:
                self.cards, self.wholes = set(), self.wholes + 1
            else:
                assert part["from"] == self.position
            assert len(part["add"]) + len(part["remove"]) <= limit
            self.cards = (self.cards | set(part["add"])) - set(part["remove"])
            self.position = part["to"]
            parts.append(part)
            if not part["more"]:
                return parts

    async def hears(self, *, listed: set[str], not_listed: frozenset[str] = frozenset()) -> None:
        """Follow until that is so: other transactions of the server may hold changes back a while."""

        async def so() -> bool:
            await self.follow()
            return listed <= self.cards and not not_listed & self.cards

        await eventually(so, seconds=60)


async def switch_off_supply(office: Office, card_id: str) -> None:
    """Health stays: a card that is active is so for something."""
    await office.call("PUT", f"/v1/cards/{card_id}/services/health", WRITE)
    await office.call("DELETE", f"/v1/cards/{card_id}/services/supply?reason=order", WRITE)


async def block(office: Office, card_id: str, reason: str = "lost") -> None:
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": reason})


@pytest.mark.parametrize("way", ["block", "replace", "supply_off", "close"])
async def test_what_is_no_good_any_more_is_listed(office: Office, way: str) -> None:
    """Blocked, replaced, closed, switched off for supply."""
    terminal = Follower(office)
    await terminal.follow()
    card_id, head, _ = await office.active()
    other, _, _ = await office.active()
    if way == "block":
        await block(office, card_id)
    elif way == "replace":
        site = await office.site("Hot", district="03.11")
        order = {"reason": "damaged", "site_id": site["site_id"]}
        new = await office.call("POST", f"/v1/cards/{card_id}/replacement", WRITE, json=order)
        found = {one["card_id"]: one for one in await office.find(head)}
        await terminal.follow()
        assert card_id not in terminal.cards, "a damaged card serves until the new one is handed over"
        await office.hand_over(found[new["card_id"]], head)
    elif way == "supply_off":
        await switch_off_supply(office, card_id)
    else:
        await office.fetch(CLOSE, UUID(card_id))
    await terminal.hears(listed={card_id})
    assert other not in terminal.cards
    assert terminal.wholes == 1, "changes travel, not the whole again"


async def test_a_card_that_is_free_again_leaves_the_list(office: Office) -> None:
    terminal, (card_id, _, _) = Follower(office), await office.active()
    await block(office, card_id)
    await terminal.hears(listed={card_id})
    await office.call("POST", f"/v1/cards/{card_id}/unblock", WRITE)
    await terminal.hears(listed=set(), not_listed=frozenset({card_id}))
    await switch_off_supply(office, card_id)
    await terminal.hears(listed={card_id})
    await block(office, card_id)
    await office.call("POST", f"/v1/cards/{card_id}/unblock", WRITE)
    before = terminal.position
    other, _, _ = await office.active()
    await block(office, other)
    await terminal.hears(listed={card_id, other})
    assert card_id not in (await terminal.part(before))["remove"], "supply is off still"


async def test_a_card_of_another_governorate_is_refused_where_its_old_credential_would_be_taken(office: Office) -> None:
    here, there, (card_id, _, _) = Follower(office), Follower(office, "02"), await office.active()
    await office.fetch("UPDATE card SET governorate = '02' WHERE card_id = $1", UUID(card_id))
    await here.hears(listed={card_id})
    await there.follow()
    assert card_id not in there.cards
    await block(office, card_id)
    await there.hears(listed={card_id})
    await office.call("POST", f"/v1/cards/{card_id}/unblock", WRITE)
    await there.hears(listed=set(), not_listed=frozenset({card_id}))
    await office.fetch("UPDATE card SET governorate = '03' WHERE card_id = $1", UUID(card_id))
    await here.hears(listed=set(), not_listed=frozenset({card_id}))
    await there.hears(listed={card_id})


async def test_a_card_that_nobody_ever_had_is_not_listed(office: Office) -> None:
    await office.site(f"Site {office.serial}")
    _, (head, *_) = await office.household()
    phase_id = await office.phase()
    await office.planned(phase_id)
    (card,) = await office.find(head)
    await office.fetch(CLOSE, UUID(card["card_id"]))
    rows = await office.fetch("SELECT FROM hot_card WHERE card_id = $1", UUID(card["card_id"]))
    assert rows == []


async def test_a_part_says_whose_it_is_how_long_it_holds_and_which_credentials_are_genuine(office: Office) -> None:
    part = (await Follower(office, "19").follow())[-1]
    kids = sorted(key["kid"] for key in (await office.call("GET", "/v1/credential-keys", ""))["keys"])
    assert (part["gov"], part["keys"], part["from"]) == ("19", kids, None)
    assert part["exp"] - part["at"] == 72 * 3600
    assert abs(part["at"] - office.runtime.clock.now().timestamp()) < 120
    own = {key["kid"] for key in (await office.call("GET", "/v1/hot-list-keys", ""))["keys"]}
    assert own.isdisjoint(kids), "what one key signs passes for nothing else"
    assert set(part) == {"gov", "from", "to", "add", "remove", "more", "keys", "at", "exp"}


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [({"kind": "client"}, SELLS), ({}, "encounters:create")],
    ids=["a client", "a clinic's terminal"],
)
async def test_only_terminals_that_sell_read_it(office: Office, claims: dict[str, Any], scopes: str) -> None:
    reader = Follower(office)
    given = claims or reader.claims
    await office.call("GET", "/v1/hot-list", scopes, subject=reader.id, claims=given, expect=403)


@pytest.mark.parametrize(
    "after", ["1", "x.y", "0123abcd-5.01890000-0000-7000-8000-000000000000", ":", "0123abcd.1.0189"]
)
async def test_what_is_no_position_is_refused(office: Office, after: str) -> None:
    await Follower(office).part(after, expect=422)


async def test_what_a_long_transaction_commits_later_is_not_missed(open_office: OpenOffice) -> None:
    """A sequence or a time as position would have passed it."""
    async with open_office() as office:
        slow, quick = [(await office.active())[0] for _ in range(2)]
        terminal = Follower(office)
        await terminal.follow()
        async with office.runtime.pool.acquire() as connection, connection.transaction():
            await connection.execute(CLOSE, UUID(slow))
            await block(office, quick)
            await terminal.follow()
            assert slow not in terminal.cards
        await terminal.hears(listed={slow, quick})
        assert terminal.wholes == 1


async def test_the_whole_list_read_in_pieces_while_it_changes_is_the_list(open_office: OpenOffice) -> None:
    async with open_office() as office:
        cards = [(await office.active())[0] for _ in range(12)]
        for card_id in cards[:8]:
            await block(office, card_id)
        terminal = Follower(office)
        first = await terminal.part("", limit=3)
        assert (len(first["add"]), first["more"], first["from"]) == (3, True, None)
        terminal.cards, terminal.position = set(first["add"]), first["to"]
        freed, added = first["add"][0], cards[8]
        await office.call("POST", f"/v1/cards/{freed}/unblock", WRITE)
        await block(office, added)
        await terminal.follow(limit=3)
        await terminal.hears(listed={*cards[:9]} - {freed}, not_listed=frozenset({freed}))
        assert terminal.wholes == 0, "the list that was begun was read to its end"


async def test_writers_and_a_reader(open_office: OpenOffice) -> None:
    async with open_office() as office:
        cards = [(await office.active())[0] for _ in range(10)]
        terminal, over = Follower(office), False

        async def turn(card_id: str) -> None:
            for _ in range(4):
                await block(office, card_id)
                await office.call("POST", f"/v1/cards/{card_id}/unblock", WRITE)
            if cards.index(card_id) % 2:
                await block(office, card_id)

        async def read() -> None:
            while not over:
                await terminal.follow(limit=2)
                await asyncio.sleep(0.01)

        reading = asyncio.create_task(read())
        try:
            await asyncio.gather(*(turn(card_id) for card_id in cards))
        finally:
            over = True
            await reading
        await terminal.hears(listed={*cards[1::2]}, not_listed=frozenset(cards[::2]))
        assert terminal.wholes == 1


async def test_what_is_over_leaves_the_list_and_an_old_terminal_begins_anew(open_office: OpenOffice) -> None:
    async with open_office() as office:
        closed, blocked, other = [(await office.active())[0] for _ in range(3)]
        terminal, late = Follower(office), Follower(office)
        await office.fetch(CLOSE, UUID(closed))
        await block(office, blocked)
        await terminal.hears(listed={closed, blocked})
        await late.hears(listed={closed, blocked})
        await office.fetch("UPDATE hot_card SET changed_at = now() - interval '365 days'")
        await upkeep.tidy(office.runtime)
        assert await office.fetch("SELECT FROM hot_card WHERE NOT listed") == [], "a credential may be good yet"
        await office.fetch("UPDATE hot_card SET changed_at = now() - interval '367 days'")
        await upkeep.tidy(office.runtime)
        await terminal.hears(listed={blocked}, not_listed=frozenset({closed}))
        assert terminal.wholes == 1
        await office.fetch("UPDATE hot_card SET changed_at = now() - interval '31 days' WHERE NOT listed")
        await upkeep.tidy(office.runtime)
        assert len(await office.fetch("SELECT FROM hot_card")) == 1
        await late.follow()
        assert (late.cards, late.wholes) == ({blocked}, 2), "what it would have to strike out is deleted"
        await terminal.follow()
        assert terminal.wholes == 1, "it has struck it out"
        await block(office, other)
        await late.hears(listed={blocked, other})
        assert late.wholes == 2


async def test_a_position_of_a_database_that_was_lost_begins_anew(office: Office) -> None:
    terminal = Follower(office)
    await terminal.follow()
    known = Position.parse(terminal.position)
    assert known is not None
    for changed in ({"era": "0" * 8}, {"posted": 10**15}):
        for whole in (False, True):
            terminal.position = str(replace(known, whole=whole, **changed))
            assert (await terminal.follow())[0]["from"] is None

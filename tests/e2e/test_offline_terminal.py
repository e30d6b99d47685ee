"""`unicard terminal` without the network against a running system: signed what it sells by, booked what it sold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.clock import CAIRO
from devstack.terminal.store import Store

from .conftest import System, set_clock, until
from .town import AL_GANAYEN, Town, lived, outcome

pytestmark = pytest.mark.slow

NAME = "road"
LOAVES = 15


@dataclass
class World:
    """A bakery's one-time code, and two cards with what their codes carry; `lost` is still to be lost."""

    bakery: tuple[str, str]
    card: str
    credential: str
    lost: str
    lost_credential: str


@pytest.fixture(scope="module")
def world(system: System) -> Iterator[World]:
    """Cards that were activated yesterday: a terminal's clock is the present, and so is business time."""
    yesterday = (datetime.now(CAIRO) - timedelta(days=1)).date().isoformat()

    async def settle(town: Town) -> World:
        await town.on(yesterday)
        homes = [await town.settle(town.home(3)) for _ in range(2)]
        compact = [(await town.counter.get(f"/v1/cards/{home.card}/credential"))["credential"] for home in homes]
        return World(await town.registered("bakery"), homes[0].card, compact[0], homes[1].card, compact[1])

    for outcomes in lived(system, lambda town: {"cards": settle(town)}, AL_GANAYEN):
        set_clock(system, None)
        yield outcome(outcomes, "cards")


def test_a_day_without_the_network_at_the_keyboard(system: System, world: World) -> None:
    """Enrolled, configured, told of a lost card; sold offline, uploaded once, counted by X and by Z."""

    def terminal(*arguments: str) -> tuple[int, str]:
        done = system.unicard("terminal", *arguments, "--name", NAME, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def said(*arguments: str) -> str:
        code, text = terminal(*arguments)
        assert code == 0, text
        return text

    assert world.bakery[0] in said("enrol", "--terminal-id", world.bakery[0], "--code", world.bakery[1])
    store = Store(system.folder / "terminals" / NAME)
    held = store.configuration()
    assert (held.content["terminal"], held.content["gov"]) == (world.bakery[0], "04")
    assert store.load().price_lists, "the signed version's prices were found, and are that version"
    body = {"reason": "lost"}
    lost = httpx.post(f"{system.edge}/v1/cards/{world.lost}/block", json=body, headers=system.headers(), timeout=10)
    assert lost.status_code < 300, lost.text
    until(lambda: said("online") and world.lost in store.hot_list().cards)
    assert world.card not in store.hot_list().cards

    told = said("offline")
    assert re.search(r"Configuration: \d+\.\d hours old, good for", told), told
    assert re.search(r"Hot list of [1-9]\d* cards: \d+\.\d hours old, good for", told), told
    day = datetime.now(CAIRO).date().isoformat()
    code, text = terminal("draw", world.lost_credential, "--loaves", str(LOAVES))
    assert code == 1, "a card of the hot list is sold nothing"
    code, text = terminal("draw", f"{world.credential[:-8]}AAAAAAAA", "--loaves", str(LOAVES))
    assert code == 1, "nor is one whose credential was tampered with"
    code, text = terminal("draw", world.credential, "--loaves", "1000")
    assert code == 1, "nor anything beyond the signed floor"
    assert "دون اتصال" in said("draw", world.credential, "--loaves", str(LOAVES))
    code, text = terminal("draw", world.credential, "--loaves", str(LOAVES))
    assert (code, "سبق الصرف لهذا الكارت" in text) == (1, True), text

    assert "1 sales wait for `sync`" in said("online")
    code, text = terminal("close-day", day)
    assert code == 1, "no Z before what was sold is uploaded"
    assert "تم القيد" in said("sync")
    assert "لا توجد عمليات" in said("sync")
    assert _booked(system, world.card) == LOAVES
    assert f"رغيف × {LOAVES}" in said("sales", day)
    totals = said("totals", day)
    assert (f"أرغفة: {LOAVES}" in totals, "إجمالي" in totals) == (True, True), totals
    closed = said("close-day", day)
    assert f"أرغفة: {LOAVES}" in closed, closed
    assert "إقفال" in said("totals", day)


def _booked(system: System, card: str) -> int:
    """Loaves that the books have of a household, of all its months."""
    path = f"{system.edge}/v1/entitlements/{card}"
    pots: list[dict[str, Any]] = httpx.get(path, headers=system.headers(), timeout=10).json()["pots"]
    return sum(pot["granted"] - pot["remaining"] for pot in pots if pot["programme"] == "bread")

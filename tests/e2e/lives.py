"""Lives of households as tables of examples: what the register decides, and what their cards draw in which month.

Each row names its example of the domain's rules and where the rule was read.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .town import Home, Town, refused

ALLOWANCE = "50 for each of four, 25 from the fifth on: misr5.com/858767"
BREAD = "five loaves a day: domain, bread.quota"
POINTS = "0.10 for a loaf not drawn: domain, bread.point_value"
FOUND_TWICE = {"found_on": ["2026-08-02", "2026-09-20"]}
DIRECTIVE_51 = "Directive 51 of 8 December 2022: elmashhad 147534"


class Pots(NamedTuple):
    """What a month's pots were granted: pounds, loaves, pounds of points."""

    goods: float
    bread: int
    points: float = 0


@dataclass(frozen=True)
class Life:
    """A household of so many members with a card from a day on, what happens to it, and its months' pots by day."""

    example: str
    source: str
    members: int
    card_on: str
    happens: Sequence[tuple[Any, ...]]
    pots: Mapping[str, Pots]
    legacy: int | None = -1  # pounds drawn with a ration card; None: it has one of which nobody told; -1: it has none


LIVES = (
    Life("2.1 bread-only people get no goods", f"{ALLOWANCE}; {BREAD}", 5, "2026-10-01",
         [("2026-10-05", "excluded", (3, 4), ("goods",), "income")],
         {"2026-10-01": Pots(225, 775), "2026-11-01": Pots(150, 750, 77.5), "2026-12-01": Pots(150, 775, 75)}),
    Life("2.2 a birth after the first draw", f"{ALLOWANCE}; {BREAD}", 3, "2026-10-31",
         [("2026-11-01", "draws", 15), ("2026-11-10", "born", 5)],
         {"2026-11-12": Pots(150, 450, 1.5), "2026-12-01": Pots(200, 620, 43.5)}),
    Life("2.2 a birth before the first draw", f"{ALLOWANCE}; {BREAD}", 3, "2026-10-31",
         [("2026-11-10", "born", 5), ("2026-11-12", "draws", 15)],
         {"2026-11-12": Pots(150, 450, 1.5), "2026-12-01": Pots(200, 620, 43.5)}),
    Life("2.3 last month's points are of its own size", POINTS, 3, "2026-10-01",
         [("2026-10-20", "joined", 2)], {"2026-11-05": Pots(225, 750, 46.5)}),
    Life("2.5, 3.3 the ration card has drawn 120", ALLOWANCE, 4, "2026-11-20", [],
         {"2026-11-21": Pots(80, 220), "2026-12-01": Pots(200, 620, 22)}, legacy=120),
    Life("2.5, 3.3 the ration card has drawn nothing", ALLOWANCE, 4, "2026-11-20", [],
         {"2026-11-21": Pots(200, 220), "2026-12-01": Pots(200, 620, 22)}, legacy=0),
    Life("2.5, 3.3 of the ration card nothing is known", ALLOWANCE, 4, "2026-11-20", [],
         {"2026-11-21": Pots(0, 220), "2026-12-01": Pots(200, 620, 22)}, legacy=None),
    Life("3.1 four members excluded for income", f"{ALLOWANCE}; {BREAD}", 4, "2026-10-01",
         [("2026-10-05", "excluded", (0, 1, 2, 3), ("goods",), "income"), ("2026-11-02", "draws", 20)],
         {"2026-11-02": Pots(0, 600, 62)}),
    Life("3.1 six members", ALLOWANCE, 6, "2026-10-31", [], {"2026-11-05": Pots(250, 900, 3)}),
    Life("3.2 the head dies", f"{ALLOWANCE}; {BREAD}", 3, "2026-10-31",
         [("2026-11-01", "draws", 15), ("2026-11-07", "head_dies"), ("2026-11-12", "draws", 15)],
         {"2026-11-12": Pots(150, 450, 1.5), "2026-12-01": Pots(100, 310, 42)}),
    Life("2.18, 3.2 one of four leaves on 15 November", f"{ALLOWANCE}; {BREAD}", 4, "2026-10-31",
         [("2026-11-15", "splits"), ("2026-12-01", "founded_has", Pots(50, 155))],
         {"2026-11-16": Pots(200, 600, 2), "2026-12-01": Pots(150, 465, 60)}),
    Life("2.4 a move with transfer of the card", BREAD, 2, "2026-10-31", [("2026-11-10", "moves")],
         {"2026-11-12": Pots(100, 300, 1), "2026-12-01": Pots(100, 310, 30)}),
    Life("3.16 excluded, announced, the appeal won and paid back",
         "Decision 157 of 2024 forbids collecting cards; notice and appeal: rows of requests.yaml", 3, "2026-10-01",
         [("2026-10-05", "excluded", (0, 1, 2), ("goods", "bread"), "misuse", FOUND_TWICE),
          ("2026-10-07", "appeals"),
          ("2026-11-02", "draws", 15), ("2026-12-10", "wins")],
         {"2026-11-02": Pots(0, 450, 46.5), "2026-12-01": Pots(0, 465, 43.5), "2026-12-11": Pots(300, 465, 43.5)}),
    Life("3.16 excluded, and no appeal", "as before", 3, "2026-10-01",
         [("2026-10-05", "excluded", (0, 1, 2), ("goods", "bread"), "unused", {"unused_since": "2026-04-05"})],
         {"2026-10-06": Pots(150, 465), "2026-11-02": Pots(0, 0, 46.5)}),
)  # fmt: skip


async def months_of(town: Town, life: Life) -> dict[str, Pots]:
    """Live a life; the pots found on its days."""
    steps = sorted([*life.happens, *((day, "pots") for day in life.pots)], key=lambda step: step[0])
    number = None if life.legacy == -1 else f"88{town.serial():08d}"
    home = town.home(life.members, ration_card=number)
    made: list[Any] = []
    founded: list[Home] = []
    found: dict[str, Pots] = {}
    await town.on(life.card_on)
    await town.settle(home)
    if life.legacy is not None and number is not None:
        await town.ration_card_drew(number, life.card_on[:7], life.legacy)
    for day, what, *given in steps:
        await town.on(day)
        match what:
            case "pots":
                found[day] = await seen(town, home, life.pots[day])
            case "draws":
                await town.draw(home, *given)
            case "born":
                child = town.child(*given)
                await town.request(home, "newborn", person=child, basis="takaful")
            case "joined":
                for _ in range(*given):
                    await town.request(home, "admission", person=town.grown_up(), role="other")
            case "excluded":
                who, programmes, ground, *said = given
                made.append(await town.excluded(home, who, programmes, ground, **(said[0] if said else {})))
            case "appeals":
                await town.appeal(made[-1])
            case "wins":
                await town.judge(made[-1], granted=True)
            case "head_dies":
                await head_dies(town, home)
            case "splits":
                founded.append(await splits(town, home))
            case "founded_has":
                assert await seen(town, founded[-1], *given) == given[0]
            case "moves":
                await moves(town, home)
    return found


async def seen(town: Town, home: Home, wanted: Pots) -> Pots:
    """What the pots of the present month were granted: as wanted, or what they are after a while."""
    return await town.sees(lambda: granted(town, home), lambda pots: pots == wanted)


async def granted(town: Town, home: Home) -> Pots:
    pots = await town.pots(home)
    goods, bread, points = (pots.get(name, (0, 0))[0] for name in ("goods", "bread", "bread_points"))
    return Pots(goods / 100, bread, points / 100)


async def head_dies(town: Town, home: Home) -> None:
    """The card is refused that day; another head, who is given a new card. Nothing of the month is lost."""
    before = await town.pots(home)
    died = await town.request(home, "death", citizen_id=home.members[0], new_head=home.members[1])
    assert died["state"] == "done"
    assert await refused_for(town, home, "card_closed") == "card_closed"
    home.holder = 1
    await town.settle(home)
    assert (await town.pots(home))["goods"] == before["goods"]


async def refused_for(town: Town, home: Home, why: str) -> str:
    """Why a sale is refused, once supply-service has heard: of more loaves than anybody has, so that none is sold."""
    return await town.sees(lambda: refused(town.draw(home, 900)), lambda code: code == why)


async def splits(town: Town, home: Home) -> Home:
    """The new household's first pots are next month's, though its card is active before."""
    request = await town.request(home, "split", roles={home.members[1]: "head"})
    alone = Home([home.people[1]], household_id=request["founded"], members=[home.members[1]])
    await town.settle(alone)
    assert await granted(town, alone) == Pots(0, 0)
    assert await refused(town.draw(alone, 5)) == "programme_closed"
    sizes = [await town.sizes(one, month) for one in (home, alone) for month in ("2026-11", "2026-12")]
    assert [size[:2] for size in sizes] == [(4, 4), (3, 3), (0, 0), (1, 1)]
    return alone


async def moves(town: Town, home: Home) -> None:
    """The old governorate's bakery sells nothing more on the card."""
    place = {"governorate": "03", "district": "03.02", "address": "شارع 23 يوليو", "transfer": True}
    await town.request(home, "move", **place)
    assert await refused_for(town, home, "outside_governorate") == "outside_governorate"


@dataclass(frozen=True)
class Newborn:
    """What becomes of a request to add a child to a card with so many members."""

    members: int
    basis: str | None
    age: int
    becomes: str


NEWBORNS = (
    Newborn(3, "takaful", 3, "too_young"),
    Newborn(3, "takaful", 5, "done"),
    Newborn(4, "takaful", 5, "too_many_members"),
    Newborn(3, "karama", 4, "done"),
    Newborn(3, "low_income", 5, "family_not_eligible"),
    Newborn(3, None, 5, "family_not_eligible"),
)


async def added(town: Town, row: Newborn) -> str:
    home = town.home(row.members, legal_basis=row.basis)
    await town.on("2026-11-05")
    await town.settle(home)
    try:
        return str((await town.request(home, "newborn", person=town.child(row.age)))["state"])
    except Exception as error:  # a refusal's code, whatever else ends the story with its own words
        return str(getattr(error, "code", error))


def stories(town: Town) -> dict[str, Coroutine[Any, Any, Any]]:
    """Every row's story by its name."""
    return {life.example: months_of(town, life) for life in LIVES} | {str(row): added(town, row) for row in NEWBORNS}

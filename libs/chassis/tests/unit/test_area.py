"""Who may see what: the one comparison of a caller's bound with where an object belongs, in Python and in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from chassis.area import NATIONAL, NOWHERE, OF_THE_NATION, Area, Bound, BoundedStatement, OutsideBound
from chassis.ids import new_id
from chassis.problems import NotFound

OUTLET, OTHER, SITE = new_id(), new_id(), new_id()
PORT_SAID = Bound("03")
TILL = Bound("03", outlet_id=OUTLET, provider_id=OUTLET)
COUNTER = Bound("03", site_id=SITE)
OFFICE = Bound("03", district="02")
AUTHORITY = Bound("*", authority="pensions")
BOUNDS = (NATIONAL, PORT_SAID, TILL, COUNTER, OFFICE, AUTHORITY, Bound("03", authority="pensions"), Bound(""))
AREAS = (
    OF_THE_NATION,
    Area("03"),
    Area("03", "02"),
    Area("03", "01"),
    Area("04"),
    Area("03", outlet_id=OUTLET),
    Area("03", outlet_id=OTHER),
    Area("04", outlet_id=OUTLET),
    Area("03", provider_id=OUTLET),
    Area("03", site_id=SITE),
    Area("03", site_id=OTHER),
    Area("03", authority="pensions"),
    Area("03", authority="health"),
    Area(None, authority="health"),
)


@dataclass
class Thing:
    area: Area


def claims(**said: Any) -> dict[str, Any]:
    return {"kind": "client", **said}


@pytest.mark.parametrize(
    ("bound", "area", "covered"),
    [
        (NATIONAL, OF_THE_NATION, True),
        (NATIONAL, Area("04", outlet_id=OTHER), True),
        (PORT_SAID, Area("03"), True),
        (PORT_SAID, Area("03", "02", outlet_id=OTHER), True),
        (PORT_SAID, Area("04"), False),
        (PORT_SAID, OF_THE_NATION, False),
        (TILL, Area("03"), True),  # a card of the governorate
        (TILL, Area("04"), False),
        (TILL, Area("03", outlet_id=OUTLET), True),
        (TILL, Area(None, outlet_id=OUTLET), True),
        (TILL, Area("03", outlet_id=OTHER), False),
        (COUNTER, Area("03", site_id=SITE), True),
        (COUNTER, Area("03", site_id=OTHER), False),
        (COUNTER, Area("03"), True),
        (OFFICE, Area("03", "02"), True),
        (OFFICE, Area("03", "01"), False),
        (OFFICE, Area("03"), False),
        (AUTHORITY, Area("03", authority="health"), False),
        (AUTHORITY, Area(None, authority="pensions"), True),
        (AUTHORITY, Area("03"), True),
        (Bound(""), Area("03"), False),
        (Bound(""), OF_THE_NATION, False),
    ],
)
def test_a_bound_covers_what_lies_within_it(bound: Bound, area: Area, covered: bool) -> None:
    assert bound.covers(area) is covered


def test_a_token_says_what_its_holder_is_bound_to() -> None:
    assert Bound.of(claims()) == Bound("")  # what is not said is nothing
    assert Bound.of(claims(gov="*")) == NATIONAL
    assert Bound.of(claims(gov="35.02", site=str(SITE), org="post")) == Bound(
        "35", district="35.02", site_id=SITE, authority="post"
    )
    assert Bound.of(claims(gov="03", outlet=str(OUTLET), kind="terminal")) == TILL
    assert Bound.of(claims(gov="03", kind="terminal")) == Bound("03", outlet_id=NOWHERE, provider_id=NOWHERE)
    assert not Bound.of(claims(gov=None)).covers(Area("03"))
    with pytest.raises(ValueError, match="UUID"):
        Bound.of(claims(outlet="shop"))


def test_what_is_not_the_callers_is_as_if_it_were_not_there() -> None:
    mine = Thing(Area("03"))
    assert PORT_SAID.own(mine, NotFound) is mine
    for found in (None, Thing(Area("04"))):
        with pytest.raises(NotFound):
            PORT_SAID.own(found, NotFound)
    with pytest.raises(OutsideBound):
        PORT_SAID.ensure_covers(Area("04"))


@pytest.mark.parametrize("bound", BOUNDS)
def test_lists_hold_what_is_covered(bound: Bound) -> None:
    """The condition that stands in the SQL, read back, is the comparison itself for every area it has columns for."""
    columns = ("governorate", "district", "outlet_id", "provider_id", "site_id", "authority")
    for area in AREAS:
        named = {name: name for name in columns if name == "governorate" or getattr(area, name) is not None}
        sql, values = BoundedStatement("<bound>", **named).within(bound, {"day": 1})
        assert values.pop("day") == 1
        conditions = [] if str(sql) == "(true)" else str(sql).strip("()").split(" AND ")
        held = True
        for condition in conditions:
            column, _, parameter = condition.partition(" = :")
            held = held and column != "false" and getattr(area, column) == values[parameter]
        assert held is bound.covers(area), (bound, area, str(sql))


def test_a_bounded_statement_says_where_the_bound_goes() -> None:
    with pytest.raises(ValueError, match="<bound>"):
        BoundedStatement("SELECT 1", governorate="governorate")
    with pytest.raises(ValueError, match="columns"):
        BoundedStatement("SELECT 1 WHERE <bound>", county="county")

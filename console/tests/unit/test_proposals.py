"""Proposals are told in words, whatever is in them, and the rights the inbox asks by are the services' own."""

from __future__ import annotations

from typing import Any

import pytest

from api_gateway.routes import ROUTES
from staff_console.proposals.comparing import lines
from staff_console.proposals.telling import Told, facts, told
from staff_console.services.client import NAMES, Name
from staff_console.services.rights import DECIDES, PROPOSES

POLICY: dict[str, Any] = {"key": "bread.price", "scope": {"governorate": "03"}, "value": 30, "expression": None}


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("amount", 125_000, "money"),
        ("loaves", 150, "number"),
        ("upheld", True, "yes"),
        ("upheld", False, "no"),
        ("until", "2026-12-31", "day"),
        ("starts_at", "2026-12-31T08:00:00+00:00", "moment"),
        ("because", "heir", "word"),
        ("because", "of a kind that came later", "text"),
        ("governorate", "03", "governorate"),
        ("card_id", "019f2b3c-0000-7000-8000-000000000001", "card"),
        ("phase_id", "019f2b3c-0000-7000-8000-000000000001", "ident"),
        ("rows_sha256", "0" * 64, "digest"),
        ("reference", "ARCH-2026-0001", "ident"),
        ("reason", "قرار رقم ٧", "text"),
        ("until", None, "nothing"),
        ("scopes", ["cards:read"], "list"),
        ("audience", {"language": "ar"}, "group"),
    ],
)
def test_a_value_is_told_by_its_name_and_kind(name: str, value: Any, form: str) -> None:
    assert told(name, value).form == form


def test_what_only_machines_read_stands_apart_and_what_is_empty_is_left_out() -> None:
    found = facts({"phase_id": "019f2b3c-0000-7000-8000-000000000001", "number": "7", "note": "", "until": None})
    assert [(one.name, one.technical) for one in found] == [("phase_id", True), ("number", False)]
    assert facts(None) == []
    assert facts("as it is") == [Told("text", "as it is", "content")]


def test_a_short_list_stands_in_a_line() -> None:
    assert told("governorates", ["03", "19"]).short
    assert not told("scopes", ["cards:read"] * 5).short
    assert not told("steps", [[0, 5], [4, 20]]).short
    assert all(one.short for one in told("steps", [[0, 5], [4, 20]]).parts)


def test_a_policy_stands_beside_the_row_of_its_scope_or_else_of_the_nation() -> None:
    nation = {**POLICY, "scope": {}, "value": 20, "approved_by": "board"}
    own = {**POLICY, "value": 25, "approved_by": "board"}
    other = {**POLICY, "key": "bread.price.of.another", "value": 1, "approved_by": "board"}
    proposed = {**own, "scope": {}, "value": 2, "approved_by": None}
    (line,), within = lines("policy", POLICY, [other, proposed, nation, own])
    assert (line.before, line.after.value) == (Told("number", 25, "value"), 30)
    assert within == {"value", "expression"}
    (line,), _ = lines("policy", POLICY, [proposed, nation])
    assert line.before == Told("number", 20, "value")
    assert lines("policy", POLICY, [])[0][0].before == Told("nothing")
    assert lines("policy", POLICY, None)[0][0].before is None  # nobody could say


def test_what_a_kind_says_of_before_is_compared() -> None:
    (line,), within = lines("fund-owner", {"fund": "pensions", "before": "ministry", "authority": "pension-authority"})
    assert line.before is not None
    assert (line.before.value, line.after.value) == ("ministry", "pension-authority")
    assert within == {"before", "authority"}
    assert lines("of a kind that came later", {"before": 1}) == ([], set())


@pytest.mark.parametrize("name", NAMES)
def test_the_rights_of_the_inbox_are_those_of_the_routes(name: Name) -> None:
    known = {(route.method, route.path): frozenset(route.scopes) for route in ROUTES}
    base = f"/v1/proposals/{name}/{{proposal_id}}"
    assert DECIDES[name] == known["POST", f"{base}/decision"]
    assert PROPOSES[name] == known["POST", f"{base}/withdrawal"]

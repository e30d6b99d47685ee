"""The pilot and its citizen's story on the real system, through the gateway, every line of the report checked."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import System

pytestmark = pytest.mark.slow

STEPS = [f"story {number}:" for number in range(1, 17)]
SHOWN = (
    "story 12: cash for what goes beyond the allowance", "story 14: loaves left after the code drew",
    "story 15: the dispute, found by one and decided by another", "story 15: the day that nobody closed, closed by",
    "flour chosen instead of bread", "cash for it, piastres", "households on the grant's list, sent by one",
    "Luxor: cards a bureau made, those with a wrong serial reported", "Luxor: citizens of a draft that was looked at",
    "Luxor: opened before Port Said's cards are collected", "Luxor: the phase is opened by a decision",
    "paid by the grant in the grocer's day", "proof: flour instead of bread", "proof: grants",
)  # fmt: skip
HAPPENED = (
    "births", "deaths told by the civil registry", "deaths of heads", "wallets of dead heads that stand still",
    "marriages", "divorces", "splits", "moves to another governorate", "exclusions announced", "appeals entered",
    "appeals won", "and after: this month's, and the one that was lost", "mobiles changed", "names corrected",
    "new heads of household invited", "pensions of the dead, back in the fund", "messages to the dead",
    "wallets of the dead released", "services in a copy",
)  # fmt: skip


def test_every_line_of_the_first_run_passes(first: dict[str, Any]) -> None:
    checked = [line["what"] for line in first["lines"]]
    for step in STEPS:
        assert any(what.startswith(step) for what in checked), step
    for shown in SHOWN:
        assert any(what.startswith(shown) for what in checked), shown
    for happened in HAPPENED:
        assert any(what.startswith(f"life: {happened}") for what in checked), happened
    assert any(what.startswith("legacy card of 4, 12,000 drawn: goods left") for what in checked)
    assert len(checked) > 170


def test_every_household_s_months_are_proved(first: dict[str, Any]) -> None:
    (proved,) = (line for line in first["lines"] if line["what"].startswith("proof: pots of"))
    households = int(proved["what"].split()[3].replace(",", ""))
    assert households > 84, "the pilot's, the followed one, and those to whom something happened"
    assert int(proved["expected"].replace(",", "")) > 3 * 2 * households
    assert proved["found"] == proved["expected"]


def test_a_person_can_drive_a_terminal(system: System, first: dict[str, Any], twentieth_of_the_month: str) -> None:
    card = first["run"]["card"]

    def terminal(*arguments: str) -> tuple[int, str]:
        done = system.unicard("terminal", *arguments, timeout=60)
        return done.returncode, done.stdout + done.stderr

    assert terminal("enrol", "--kind", "bakery")[0] == 0
    code, said = terminal("draw", card, "--loaves", "15")
    assert code == 0, said
    code, said = terminal("draw", card, "--loaves", "15")
    assert code == 1
    assert "سبق صرف حصة هذا اليوم" in said
    code, said = terminal("balance", card)
    assert code == 0, said
    assert "رغيف" in said
    assert terminal("offline")[0] == 0
    code, said = terminal("draw", card, "--loaves", "15")
    assert code == 1, "without the card's credential nothing is sold offline"
    assert terminal("online")[0] == 0
    code, said = terminal("close-day", twentieth_of_the_month)
    assert code == 0, said
    assert "15" in said

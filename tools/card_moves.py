"""Draw `docs/cards.md` from the table of a card's moves: `python -m tools.card_moves [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from card_service.cards.errors import STATES_AR
from card_service.cards.lifecycle import ENDED
from card_service.cards.moves import MOVES, By, CardState, Move

PAGE = Path(__file__).parents[1] / "docs/cards.md"
_HEAD = """\
# The life of a card

Written by `make schemas` from [`moves.csv`](../card-service/src/card_service/cards/moves.csv), the table that the
service itself goes by; change that, not this page.

A move is asked for (`request`), follows of something else, such as a death or a cohort's activation (`consequence`), or
is taken by the service in time (`worker`). `allowed_actions` of a card names the moves that the caller's own scopes
open. Every step is kept with who, when, at which site and why: `GET /v1/cards/{card_id}/history`. A block that ends
makes the card what it was before.
"""


def render() -> str:
    """The page: a diagram of the moves that lead to another state, the states, and all moves."""
    return "\n".join([_HEAD, *_diagram(), "", *_states(), "", *_moves(), ""])


def _diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> requested", "    [*] --> in_stock"]
    between: dict[tuple[CardState, CardState], list[str]] = {}
    for move in MOVES:
        if move.next is not move.state:
            between.setdefault((move.state, move.next), []).append(move.action)
    lines += [f"    {start} --> {end}: {', '.join(actions)}" for (start, end), actions in between.items()]
    return [*lines, *(f"    {state} --> [*]" for state in CardState if state in ENDED), "```"]


def _states() -> list[str]:
    return ["| state | in Arabic |", "|---|---|", *(f"| `{state}` | {STATES_AR[state]} |" for state in CardState)]


def _moves() -> list[str]:
    return ["| state | action | next | by | operation | scopes |", "|---|---|---|---|---|---|", *map(_row, MOVES)]


def _row(move: Move) -> str:
    operation = f"`{move.operation}`" if move.operation else "the service" if move.by is By.WORKER else "—"
    scopes = ", ".join(f"`{scope}`" for scope in sorted(move.scopes)) or "—"
    return f"| `{move.state}` | `{move.action}` | `{move.next}` | {move.by} | {operation} | {scopes} |"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with --check compare; 1 where it is not up to date."""
    parser = argparse.ArgumentParser(prog="python -m tools.card_moves", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is checked in")
    wanted = render()
    if not parser.parse_args(arguments).check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        print("docs/cards.md: not up to date, run `make schemas`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

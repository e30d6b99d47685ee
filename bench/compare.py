"""`python -m bench.compare OTHER_TREE [FIGURE…]`: this checkout's figures beside another one's, in paired rounds.

Both trees measure themselves with their own bench, in turn on one machine (A B, B A, …), so that a slow minute slows
both. Written to docs/benchmarks-compared.md, from the tables the two benches print; nothing is entered by hand.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.harness import machine, report
from bench.harness.report import Section

HERE = Path(__file__).parents[1]
REPORT = HERE / "docs" / "benchmarks-compared.md"
ROUND_SECONDS = 1200
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
# What one tree calls so and the other otherwise.
_SAME_WORDS = {"draws": "sales", "draw": "sale"}


class Place(NamedTuple):
    """Where a figure stands in a report."""

    section: str
    row: str
    column: str


def figures(text: str) -> dict[Place, float]:
    """Every number of a report's tables; of a cell with a spread the first one, which is the median."""
    found: dict[Place, float] = {}
    section, head = "", [""]
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("## "):
            section = _words(line[3:])
        elif following.startswith("|---"):
            head = _cells(line)
        elif line.startswith("| "):
            label, *cells = _cells(line)
            for column, cell in zip(head[1:], cells, strict=False):
                for name, number in _numbers(column, cell):
                    found[Place(section, _words(label), _words(name))] = number
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _numbers(column: str, cell: str) -> Iterator[tuple[str, float]]:
    """The numbers of a cell with their names: «p50 / p99 ms» over «1.6 / 4.8» are two."""
    names, parts = column.split(" / "), cell.split(" / ")
    if len(names) != len(parts):
        names, parts = [column], [cell]
    for name, part in zip(names, parts, strict=True):
        if number := _NUMBER.search(part):
            yield name, float(number[0].replace(",", ""))


def _words(text: str) -> str:
    plain = re.split(r" [≥≤<] ", re.sub(r"[*`]", "", text).strip())[0]  # an aim may have moved, its figure is the same
    return re.sub(r"\w+", lambda word: _SAME_WORDS.get(word[0].lower(), word[0]), plain)


def measure(tree: Path, wanted: Sequence[str]) -> dict[Place, float]:
    """One round of a tree's own bench. Raises subprocess.CalledProcessError, with its last words on standard error."""
    command = [str(tree / ".venv/bin/python"), "-m", "bench", "--quick", *wanted]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, text=True, check=True, timeout=ROUND_SECONDS)
    return figures(done.stdout)


def compared(before: Sequence[Mapping[Place, float]], after: Sequence[Mapping[Place, float]]) -> Iterator[Section]:
    """A section for each of the report's, with the figures that stand in every round of both."""
    common = [place for place in after[0] if all(place in found for found in (*before, *after))]
    for title in dict.fromkeys(place.section for place in common):
        told = Section(title or "Aims")
        rows = []
        for place in (one for one in common if one.section == title):
            olds, news = [found[place] for found in before], [found[place] for found in after]
            ratios = [new / old for old, new in zip(olds, news, strict=True) if old]
            label = f"{place.row}: {place.column}" if place.column else place.row
            rows.append([label, _spread(olds), _spread(news), _spread(ratios) if ratios else ""])
        told.table(["", "before", "after", "after ÷ before, pair by pair"], rows)
        yield told


def _spread(values: Sequence[float]) -> str:
    return f"**{_plain(statistics.median(values))}** ({_plain(min(values))}–{_plain(max(values))})"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def main() -> None:
    """Measure both trees and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("other", type=Path, help="the checkout to compare with, set up by `make setup`")
    parser.add_argument("figures", nargs="*", help="only these figures of `python -m bench`")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    found: dict[Path, list[dict[Place, float]]] = {given.other: [], HERE: []}
    for number in range(given.rounds):
        for tree in (given.other, HERE) if number % 2 == 0 else (HERE, given.other):
            sys.stderr.write(f"round {number + 1}: {'before' if tree == given.other else 'after'}\n")
            found[tree].append(measure(tree, given.figures))
    introduction = [
        f"Written by `python -m bench.compare` on {datetime.now(UTC):%d %B %Y}; no figure is entered by hand.",
        f"Before: {_commit(given.other)}. After: {_commit(HERE)}.",
        f"{given.rounds} rounds of `bench --quick` each, in turn: median (least–most) of the rounds.",
        "",
        *machine.describe(),
    ]
    REPORT.write_text(report.write("Benchmarks compared", introduction, list(compared(*found.values()))), "utf-8")
    sys.stderr.write(f"written to {REPORT.relative_to(HERE)}\n")


def _commit(tree: Path) -> str:
    asked = ["git", "-C", str(tree), "rev-parse", "--short", "HEAD"]
    return f"commit {subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()}"


if __name__ == "__main__":
    main()

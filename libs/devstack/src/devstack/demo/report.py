"""The closing report: what was expected, what was found, where to look; and the figures of the run."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing checked."""

    what: str
    expected: str
    found: str
    where: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure with its unit."""

    what: str
    value: str
    unit: str


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@dataclass(slots=True)
class Report:
    """Collects lines and figures; a run has passed when it has lines and all of them did."""

    console: Console
    lines: list[Line] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everything checked was as expected."""
        return bool(self.lines) and all(line.passed for line in self.lines)

    def check(
        self,
        what: str,
        expected: T,
        found: T,
        where: str,
        *,
        by: Callable[[T, T], bool] = operator.eq,
        shown: str = "",
    ) -> bool:
        """Compare and keep a line; `by` decides, `shown` says in words what was expected where it is a rule."""
        passed = by(expected, found)
        self.lines.append(Line(what, shown or _text(expected), _text(found), where, passed))
        mark = "[green]✓[/]" if passed else "[bold red]✗[/]"
        self.console.print(f"  {mark} {what}: {_text(found)}", highlight=False)
        return passed

    def at_most(self, what: str, limit: float, found: float, unit: str, where: str) -> bool:
        """A measured figure that must not exceed a limit."""
        return self.check(
            what, limit, round(found, 3), where, by=lambda most, value: bool(value <= most), shown=f"≤ {limit:g} {unit}"
        )

    def figure(self, what: str, value: float, unit: str) -> None:
        """Keep a figure."""
        text = f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 1 else f"{value:.3f}"
        self.figures.append(Figure(what, text, unit))

    def show(self) -> None:
        """Print both tables."""
        checks = Table(title="What was checked", title_justify="left")
        for name in ("Check", "Expected", "Found", "Where to look", ""):
            checks.add_column(name, overflow="fold")
        for line in self.lines:
            verdict = "[green]PASS[/]" if line.passed else "[bold red]FAIL[/]"
            checks.add_row(line.what, line.expected, line.found, f"[dim]{line.where}[/]", verdict)
        figures = Table(title="Figures", title_justify="left")
        for name in ("Figure", "Value", "Unit"):
            figures.add_column(name, justify="right" if name == "Value" else "left")
        for figure in self.figures:
            figures.add_row(figure.what, figure.value, figure.unit)
        self.console.print(checks)
        self.console.print(figures)
        failed = [line for line in self.lines if not line.passed]
        for line in failed:
            said = f"{line.what}: found {line.found}, expected {line.expected} ({line.where})"
            self.console.print(f"[bold red]FAIL[/] {escape(said)}", highlight=False)
        verdict = f"[bold red]{len(failed)} of {len(self.lines)} lines failed[/]"
        self.console.print(verdict if failed else f"[bold green]All {len(self.lines)} lines passed[/]")

    def save(self, path: Path, **run: object) -> None:
        """Write the report as JSON."""
        document = {
            "run": run,
            "passed": self.passed,
            "lines": [asdict(line) for line in self.lines],
            "figures": [asdict(figure) for figure in self.figures],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))

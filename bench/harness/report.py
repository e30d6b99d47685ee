"""The report: sections in order, written as one Markdown file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Section:
    """One figure: a title, sentences, tables, and whether what was aimed at was reached."""

    title: str
    lines: list[str] = field(default_factory=list)
    aims: list[tuple[str, str, bool]] = field(default_factory=list)

    def say(self, *sentences: str) -> None:
        """Add a paragraph."""
        self.lines += [" ".join(sentences), ""]

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table; all columns but the first stand at the right."""
        self.lines.append("| " + " | ".join(head) + " |")
        self.lines.append("|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|")
        self.lines += ["| " + " | ".join(row) + " |" for row in rows]
        self.lines.append("")

    def aim(self, what: str, found: str, *, reached: bool) -> None:
        """Note an aim and what was found."""
        self.aims.append((what, found, reached))


def write(title: str, introduction: Sequence[str], sections: Sequence[Section]) -> str:
    """The whole report."""
    out = [f"# {title}", "", *introduction, ""]
    aims = [aim for section in sections for aim in section.aims]
    if aims:
        out += ["| aim | found | |", "|---|---:|---|"]
        out += [f"| {what} | {found} | {'reached' if reached else '**missed**'} |" for what, found, reached in aims]
        out.append("")
    for section in sections:
        out += [f"## {section.title}", "", *section.lines]
    return "\n".join(out).rstrip() + "\n"

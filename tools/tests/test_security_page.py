"""docs/security.md answers every requirement of ASVS 5.0 level 2 once, and every test it names exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.make_env import ROOT

PAGE = ROOT / "docs" / "security.md"
REQUIRED = Path(__file__).parent / "data" / "asvs-5.0-level-2.txt"
_RANGE = re.compile(r"^(V\d+\.\d+)\.(\d+)(?:–(\d+))?$")
_TEST = re.compile(r"`((?:[\w.-]+/)+test_\w+\.py)(?:::(\w+))?`")
_REASONS = ("does not apply: ", "not met: ", "operator: ", "by design: ")


def rows() -> Iterator[tuple[list[str], str, str]]:
    """The requirements of a row of the tables, what is done, and what shows it."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| V"):
            asked, done, shown = (cell.strip() for cell in line.strip("|").split("|"))
            yield [one for name in asked.split(", ") for one in _expanded(name)], done, shown


def _expanded(name: str) -> list[str]:
    match = _RANGE.match(name)
    assert match, name
    section, first, last = match.groups()
    return [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]


def test_every_requirement_is_answered_once() -> None:
    lines = REQUIRED.read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if not line.startswith("#")]
    answered = [one for asked, *_ in rows() for one in asked]
    assert [one for one, times in Counter(answered).items() if times > 1] == []
    assert set(answered) == set(wanted), sorted(set(answered) ^ set(wanted))


def test_every_row_names_a_test_or_the_reason_why_there_is_none() -> None:
    for asked, done, shown in rows():
        assert done, asked
        assert _TEST.search(shown) or shown.startswith(_REASONS), asked


def test_every_test_that_is_named_exists() -> None:
    named = _TEST.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 100
    for file, function in named:
        assert (ROOT / file).is_file(), file
        assert not function or f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{function}"

"""A day that a caller names has bounds: the calendar's own first and last days have no instant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.registers

ROOT = Path(__file__).parents[2]


def bare(source: str) -> Iterator[str]:
    """The parameters of routes that are plain dates; those with bounds of their own say so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.decorator_list:
            for one in [*node.args.args, *node.args.kwonlyargs]:
                kind = ast.unparse(one.annotation) if one.annotation else ""
                if "date" in kind.replace("|", " ").replace("[", " ").replace(",", " ").split() and "ge=" not in kind:
                    yield f"{node.name}({one.arg}: {kind})"


def test_no_route_takes_a_day_without_bounds() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in sorted(ROOT.glob("**/src/**/*api.py"))
        if ".venv" not in path.parts and (names := list(bare(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_one_without_bounds_is_found() -> None:
    assert list(bare("@routes.get('/x')\nasync def read(day: date | None = None): ...")) == ["read(day: date | None)"]
    assert list(bare("@routes.get('/x')\nasync def read(day: Annotated[date, Query()]): ..."))
    assert not list(bare("@routes.get('/x')\nasync def read(day: Day, on: Annotated[date, Query(ge=x)]): ..."))

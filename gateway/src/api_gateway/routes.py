"""The edge's table of routes: every endpoint that the services declare, and who answers it.

It is read from `routes.txt`, a line a route, which `make schemas` writes from the services' declarations: the gateway
needs none of their code. What is not in it is closed. `edge` writes Envoy's configuration from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final

from api_gateway.route import Route, parse

TABLE: Final = Path(__file__).with_name("routes.txt")


def read(table: Path = TABLE) -> tuple[Route, ...]:
    """The routes of a table; lines that begin with `#` are remarks."""
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple(parse(line) for line in lines if line and not line.startswith("#"))


ROUTES: Final = read()


def by_path(routes: Iterable[Route] = ROUTES) -> list[tuple[str, list[Route]]]:
    """The routes grouped by path in the order they must be tried: hot paths first, fixed words before parameters."""

    def order(route: Route) -> list[tuple[bool, str]]:
        return [(segment.startswith("{"), segment) for segment in route.path.split("/")]

    groups = [(path, list(same)) for path, same in groupby(sorted(routes, key=order), lambda route: route.path)]
    return sorted(groups, key=lambda group: not any(route.hot for route in group[1]))

"""A route of the edge: an endpoint and who answers it, and how it stands on a line of the table of routes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chassis.endpoints import MIB, WORKERS, Endpoint, Rate, Retry
from chassis.principal import CallerKind
from contracts.scopes import Scope

COLUMNS: Final = ("method", "path", "service", "rate", "deadline", "body", "retry", "hot", "callers", "scopes")
SWALLOW: Final = "/oversized"  # where the edge sends a body that is announced as too large
_PARAMETER = re.compile(r"\{[a-z_]+\}")
_NONE = "-"
_KIB = 1024
_STEP_UP = "!"  # behind the callers: they show two factors anew


class Upstream(StrEnum):
    """A service the edge forwards to: the name of its Envoy cluster and of its address in the settings."""

    GATEWAY = "gateway"
    CARD = "card"
    SUPPLY = "supply"
    HEALTH = "health"
    PAYMENT = "payment"
    NOTIFY = "notify"


@dataclass(frozen=True, kw_only=True)
class Route(Endpoint):
    """An endpoint as the edge knows it."""

    upstream: Upstream

    @property
    def pattern(self) -> str | None:
        """The path as a regular expression, None where it has no parameter."""
        pieces = _PARAMETER.split(self.path)
        return "[^/]+".join(piece.replace(".", r"\.") for piece in pieces) if len(pieces) > 1 else None


def fields(upstream: Upstream, endpoint: Endpoint) -> tuple[str, ...]:
    """A route's line of the table, by its columns."""
    body = f"{endpoint.body // MIB}MiB" if endpoint.body % MIB == 0 else f"{endpoint.body // _KIB}KiB"
    hot = "hot" if endpoint.hot else _NONE
    scopes = "|".join(endpoint.scopes) or _NONE
    callers = _NONE if endpoint.callers == WORKERS else "|".join(sorted(endpoint.callers))
    callers += _STEP_UP if endpoint.step_up else ""
    deadline = f"{endpoint.deadline:g}s"
    return (
        endpoint.method, endpoint.path, upstream.value, endpoint.rate.value, deadline, body, endpoint.retry.value, hot,
        callers, scopes,
    )  # fmt: skip


def parse(line: str) -> Route:
    """The route of a line. Raises ValueError, for what does not fit together DeclarationFault."""
    method, path, service, rate, deadline, body, retry, hot, callers, scopes = line.split()
    kinds = callers.removesuffix(_STEP_UP)
    return Route(
        method=method,
        path=path,
        upstream=Upstream(service),
        scopes=tuple(Scope(scope) for scope in scopes.split("|")) if scopes != _NONE else (),
        rate=Rate(rate),
        deadline=float(deadline.removesuffix("s")),
        body=int(body[:-3]) * {"KiB": _KIB, "MiB": MIB}[body[-3:]],
        retry=Retry(retry),
        hot=hot != _NONE,
        callers=WORKERS if kinds == _NONE else frozenset(CallerKind(kind) for kind in kinds.split("|")),
        step_up=callers.endswith(_STEP_UP),
    )

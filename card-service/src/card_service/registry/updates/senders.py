"""Who sent a file, kept with it: its rows are entered as that caller's, within what that caller is bound to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson

from chassis.area import Bound
from chassis.principal import CallerKind, Principal


def kept(caller: Principal) -> str:
    """A caller as JSON."""
    told = {
        "subject": caller.subject,
        "kind": caller.kind.value,
        "scopes": sorted(caller.scopes),
        "client_id": caller.client_id,
        "session_id": caller.session_id,
        "roles": list(caller.roles),
        "grantors": sorted(caller.grantors),
        "bound": asdict(caller.bound),
    }
    return orjson.dumps(told).decode()


def caller_of(text: str) -> Principal:
    """The caller that `kept` was given."""
    told: dict[str, Any] = orjson.loads(text)
    bound = told["bound"]
    places = {name: UUID(bound[name]) for name in ("outlet_id", "provider_id", "site_id") if bound[name]}
    return Principal(
        subject=told["subject"],
        kind=CallerKind(told["kind"]),
        scopes=frozenset(told["scopes"]),
        bound=Bound(**{**bound, **places}),
        client_id=told["client_id"],
        session_id=told["session_id"],
        roles=tuple(told["roles"]),
        grantors=frozenset(told["grantors"]),
    )

"""Media types of requests: what a body is said to be, and what a caller can read."""

from __future__ import annotations

import re

from starlette.requests import Request

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_JSON = re.compile(r"[a-z]+/(?:[a-z0-9!#$&^_.+-]*\+)?json")


def other_than_json(request: Request) -> str:
    """The media type a body is said to have where that is no JSON; empty where it is, or nothing is said."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not kind or _JSON.fullmatch(kind):
        return ""
    return kind if _TYPE.fullmatch(kind) else "unknown"


def reads(request: Request, *kinds: str) -> bool:
    """Whether a caller reads one of some media types, by the header Accept (RFC 9110, 12.5.1)."""
    said = request.headers.get("accept", "").strip().lower()
    if not said:
        return True
    wanted = [one.split(";") for one in said.split(",")]
    taken = {kind.strip() for kind, *parameters in wanted if not any(map(_is_nought, parameters))}
    return bool(taken & {"*/*", *kinds, *(f"{kind.split('/')[0]}/*" for kind in kinds)})


def _is_nought(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and value.strip() in {"0", "0.0", "0.00", "0.000"}

"""Parts of a page, asked for at once: each with its own time, and each may be missing without the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chassis.clock import Clock
from staff_console.documents import Answer
from staff_console.services.errors import ServiceRefused, ServiceSilent

_MACHINE_TIME = Clock()
_CLOSED = {401, 403}
_NONE = {404, 409, 410, 422}


@dataclass(frozen=True)
class Part:
    """What one service told, and when it was asked.

    `state`: `there`; `none` where it knows nothing of it; `closed` where the person may not see it; `silent` where the
    service does not answer.
    """

    state: Literal["there", "none", "closed", "silent"]
    at: datetime
    told: Answer = None


async def part(asked: Awaitable[Answer], seconds: float) -> Part:
    """One part, waited for so long."""
    try:
        told = await asyncio.wait_for(asked, seconds)
    except (ServiceSilent, TimeoutError):
        return Part("silent", _MACHINE_TIME.now())
    except ServiceRefused as refusal:
        return Part(_state_of(refusal.status), _MACHINE_TIME.now())
    return Part("there", _MACHINE_TIME.now(), told)


def _state_of(status: int) -> Literal["none", "closed", "silent"]:
    if status in _CLOSED:
        return "closed"
    return "none" if status in _NONE else "silent"


async def together(seconds: float, **asked: Awaitable[Answer]) -> dict[str, Part]:
    """Several parts by name, asked for at once."""
    parts = await asyncio.gather(*(part(one, seconds) for one in asked.values()))
    return dict(zip(asked, parts, strict=True))

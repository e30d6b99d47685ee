"""Waiting for what other services come to know by events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Answer = TypeVar("Answer")


async def until(
    ask: Callable[[], Awaitable[Answer]],
    holds: Callable[[Answer], bool],
    *,
    within_s: float = 60.0,
    every_s: float = 0.1,
) -> Answer:
    """Ask again until the answer is as wanted; the last answer where that takes too long."""
    deadline = time.monotonic() + within_s
    while True:
        answer = await ask()
        if holds(answer) or time.monotonic() >= deadline:
            return answer
        await asyncio.sleep(every_s)

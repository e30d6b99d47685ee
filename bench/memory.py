"""What the idle system holds in memory, process by process."""

from __future__ import annotations

import asyncio

from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.stack.status import Line, lines

AIM_GB = 1.3
_SETTLE_SECONDS = 10.0


async def run(stack: Stack) -> list[Line]:
    """Let the fresh system settle, then read every process."""
    await asyncio.sleep(_SETTLE_SECONDS)
    return await asyncio.to_thread(lambda: list(lines(stack.settings, stack.state)))


def section(found: list[Line]) -> Section:
    """The figure as a table."""
    told = Section("Memory of the idle system")
    told.say(
        "As `unicard status` counts it, after the start and before any load: shared pages are divided among those",
        "who share them, PostgreSQL includes its backends.",
    )
    total = sum(line.memory_bytes for line in found)
    rows = [[line.name, f"{line.memory_bytes / 1e6:,.0f}"] for line in found]
    told.table(["process", "MB"], [*rows, ["**together**", f"**{total / 1e6:,.0f}**"]])
    told.aim(f"idle system ≤ {AIM_GB:g} GB", f"{total / 1e9:.2f} GB", reached=total <= AIM_GB * 1e9)
    return told

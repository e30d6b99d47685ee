"""The whole pilot, stage after stage. Whatever happens, business time is brought back to the present."""

from __future__ import annotations

import asyncio
import signal
import time
from datetime import date

from rich.console import Console

from devstack.demo import lag
from devstack.demo.context import Context, Options
from devstack.demo.report import Report
from devstack.demo.stages import (
    activation,
    distribution,
    handover,
    month,
    outlets,
    payday,
    prepare,
    reconciliation,
    register,
    second_day,
    sites,
    totals,
)
from devstack.demo.stages.story import Story


async def play(options: Options, console: Console, today: date, metrics: dict[str, str]) -> Report:
    """Run it; the report tells whether all was as expected. `metrics` are the services' own addresses."""
    task = asyncio.current_task()
    if task is not None:
        # Asked to end, the run still brings business time back to the present.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    began = time.perf_counter()
    context = await prepare.open_run(options, console, today)
    console.print(f"Run {context.run} at scale {options.scale:g}: {options.households:,} households")
    try:
        before = await lag.read(metrics)
        card = await _stages(context)
        lag.report(context.report, before, await lag.read(metrics))
    finally:
        await context.set_clock(None)
        context.wire.close()
        context.sink.wire.close()
    context.report.figure("the whole run", time.perf_counter() - began, "s")
    context.report.save(
        options.folder / "demo-report.json",
        run=context.run,
        scale=options.scale,
        card=card,
        month=context.calendar.month,
    )
    return context.report


async def _stages(context: Context) -> str:
    """Every stage in its order; the card of the citizen of the story, as it is at the end."""
    await sites.play(context)
    await outlets.play(context)
    story = Story(context)
    await story.register()
    await register.play(context)
    told = await distribution.play(context)
    story.invited(told)
    await handover.play(context, told, story.collect)
    await activation.play(context)
    await story.activated()

    async def first_day() -> None:
        await story.first_day()
        await payday.play(context, story)

    played = await month.play(context, first_day, lambda: second_day.play(context, story))
    await totals.play(context, played)
    await reconciliation.play(context, story, played)
    await second_day.ask(story)
    return story.card_id

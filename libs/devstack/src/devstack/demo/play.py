"""The whole pilot, stage after stage. Whatever happens, business time is brought back to the present."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterable
from datetime import date

from rich.console import Console

from devstack.demo import lag, rules
from devstack.demo.context import Context, Options
from devstack.demo.homes import Home
from devstack.demo.report import Report
from devstack.demo.stages import (
    activation,
    aftermath,
    cash,
    distribution,
    families,
    handover,
    left_to_do,
    next_governorate,
    outlets,
    payday,
    prepare,
    reconciliation,
    register,
    rights,
    second_day,
    sites,
    totals,
)
from devstack.demo.stages import month as month_of_sales
from devstack.demo.stages.choices import Choices
from devstack.demo.stages.life import Life
from devstack.demo.stages.proof import Proof
from devstack.demo.stages.story import Story
from devstack.terminal.device import Terminal


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
        await context.set_clock(None)
        await left_to_do.play(context)
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
    homes = await families.register(context)
    await register.play(context)
    await families.identify(context)
    story.holder.household_id = await families.household_of(context, story.household)
    luxor = await next_governorate.prepare(context)
    told = await distribution.play(context)
    story.invited(told)
    life = Life(context, homes)
    await life.announce()
    await handover.play(context, told, story.collect)
    await activation.play(context)
    await story.activated()
    await next_governorate.open_it(luxor)
    await life.took_effect()
    before, month, _ = context.calendar.months
    life.rules = await rules.read(context.policies, context.shops[0].caller, before)
    await families.legacy_draws(context, homes, life.rules)
    choices = Choices(context, homes, story, life.rules)
    await choices.enter()
    story.holder.card_id = story.card_id
    proof = await Proof.begin(context, homes, story, life.rules)
    await proof.end_of(before)
    _end_month(context, story, before)

    async def first_day() -> None:
        await story.first_day()
        await choices.draw()
        await payday.play(context, story)

    left_open: list[Terminal] = []

    async def on_second_day() -> None:
        left_open.append(await second_day.play(context, story))

    played = await month_of_sales.play(context, first_day, on_second_day, life.day)
    story.holder.card_id = story.card_id
    await proof.end_of(month)
    totals.play(context, played, proof.asked[1:], proof.found)
    await reconciliation.play(context, story, played)
    await second_day.ask(story)
    _end_month(context, story, month)
    await aftermath.play(context, life, played)
    for grocer in left_open:
        await cash.closed_by_itself(context, story, grocer)
    proof.asked.extend(home.holder for home in homes.founded)
    _end_month(context, story, context.calendar.months[-1], homes.founded)
    await proof.close()
    await rights.play(context, life, proof)
    await distribution.leave_draft(context)
    return story.card_id


def _end_month(context: Context, story: Story, month: date, founded: Iterable[Home] = ()) -> None:
    """Put aside what everybody drew in a month."""
    for holder in (story.holder, *context.holders, *(home.holder for home in founded)):
        holder.end_month(month)

"""The roll-out phase, the week's pick-up plan, and the message that tells each citizen where and when."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from devstack.demo.calendar import at
from devstack.demo.context import Context
from devstack.demo.sink import Invitation, e164, invitation
from devstack.terminal.provision import identifier

# Not everyone has a telephone: so many are invited that the week's messages come together all the same.
INVITED_PER_MESSAGE, INVITED_BESIDES = 1.06, 4
QUIET_SECONDS, GIVEN_UP_SECONDS = 3.0, 120.0
TEMPLATE = "appointment"
_DAYS_TO_DRAFT, _MOST_DRAFTED = 60, 200


async def play(context: Context) -> dict[str, Invitation]:
    """Plan the week and read the messages; what each telephone was told, by number."""
    context.headline("A week's appointments and messages")
    left_behind = sum(run.households for run in context.history.runs if not run.planned and run.run < context.run)
    invited = round(context.options.messages * INVITED_PER_MESSAGE) + INVITED_BESIDES + left_behind
    invited += sum(  # all adults of the families to whom something will happen: some of them will be heads
        person.is_adult(context.people.today)
        for holder in context.holders
        for person in holder.household.members
        if holder.ration_card
    )
    context.sink_mark = await context.sink.last_id()
    since, began = datetime.now(UTC), time.perf_counter()
    plan = await plan_week(context, context.calendar.week_start, invited, "adults")
    context.report.figure("appointments planned", plan["scheduled"] / (time.perf_counter() - began), "a second")
    context.report.check("citizens given an appointment", invited, plan["scheduled"], "GET /v1/pickup-plans/{id}")
    context.record.planned = True
    context.history.record(context.record)
    context.report.check("citizens without a place", 0, _total(plan.get("unplaced")), "GET /v1/pickup-plans/{id}")
    over = [site["name"] for site in plan["sites"] if site["scheduled"] > site["capacity"]]
    context.report.check("sites over their capacity", 0, len(over), "GET /v1/pickup-plans/{id}")
    return await _messages(context, plan["scheduled"], since, began)


async def plan_week(context: Context, week_start: date, limit: int, holders: str) -> dict[str, Any]:
    """Invite so many of those without a card in the week, heads only or all adults; the plan once it is made."""
    body = {"week_start": week_start.isoformat(), "limit": limit, "holders": holders}
    created = await context.cards.post(f"/v1/rollout-phases/{context.phase_id}/pickup-plans", body)
    path = f"/v1/pickup-plans/{identifier(created, 'plan_id')}"
    seen = 0
    with context.bar("appointments", limit) as advance:
        while True:
            plan: dict[str, Any] = await context.cards.get(path)
            advance(plan["scheduled"] - seen)
            seen = plan["scheduled"]
            if plan["status"] in {"done", "failed"}:
                return plan
            await asyncio.sleep(0.2)


async def leave_draft(context: Context) -> None:
    """Leave a draft of a plan for the adults who have no card yet: whoever plans looks at it and starts it, or not."""
    week = context.calendar.months[-1] + timedelta(days=_DAYS_TO_DRAFT)
    body = {"week_start": week.isoformat(), "weeks": 2, "limit": _MOST_DRAFTED, "holders": "adults", "draft": True}
    await context.cards.post(f"/v1/rollout-phases/{context.phase_id}/pickup-plans", body)
    context.say("A draft of a plan for the other adults waits in the console for rollout.planner.")


async def _messages(context: Context, scheduled: int, since: datetime, began: float) -> dict[str, Invitation]:
    told: dict[str, Invitation] = {}
    ours = {e164(p.mobile) for household in context.families() for p in household.members if p.mobile}
    unreadable = strangers = 0
    names = sorted((desk.site.name_ar for desk in context.desks), key=len, reverse=True)
    first = at(context.calendar.week_start, 0)
    mark, last_news = context.sink_mark, time.perf_counter()
    with context.bar("messages", scheduled) as advance:
        # Nobody knows beforehand how many of the invited have a telephone: the week is told when it goes quiet.
        while len(told) < scheduled and not await _is_quiet(context, since, scheduled, last_news):
            async for message in context.sink.messages(mark):
                mark = message["id"]
                last_news = time.perf_counter()
                if message["to"] not in ours:
                    strangers += 1
                    continue
                read = invitation(message["text"], names, first)
                unreadable += read is None
                if read is not None:
                    told[message["to"]] = read
                    advance()
            await asyncio.sleep(0.2)
    context.report.figure("messages handed to the provider", len(told) / max(last_news - began, 0.001), "a second")
    if strangers:
        context.report.figure("messages to citizens that others registered", strangers, "in the week")
    _check(context, told, unreadable)
    return told


async def _is_quiet(context: Context, since: datetime, scheduled: int, last_news: float) -> bool:
    """Whether notify-service has heard of every appointment and no message has come for a while since.

    A message to somebody without a number waits there for one, so that none being queued proves nothing.
    """
    silence = time.perf_counter() - last_news
    if silence < QUIET_SECONDS:
        return False
    counted = await context.messages.get("/v1/message-statistics", since=since.isoformat())
    heard = sum(entry["messages"] for entry in counted["items"] if entry["template"] == TEMPLATE)
    return heard >= scheduled or silence > GIVEN_UP_SECONDS


def _check(context: Context, told: dict[str, Invitation], unreadable: int) -> None:
    check = context.report.check
    where = "GET {sink}/messages"
    check(
        "citizens told where and when to collect the card", context.options.messages, len(told), where,
        by=lambda least, found: bool(found >= least), shown=f"≥ {context.options.messages:,}",
    )  # fmt: skip
    check("messages without site, date and hour", 0, unreadable, where)
    capacity = {desk.site.name_ar: desk.site.hourly_capacity for desk in context.desks}
    load: Counter[tuple[str, datetime]] = Counter((told_of.site, told_of.at) for told_of in told.values())
    crowded = [key for key, people in load.items() if people > capacity[key[0]]]
    check("hours in which a site is told more than its capacity", 0, len(crowded), where)
    outside = [i for i in told.values() if i.at.date() not in context.calendar.week or not 8 <= i.at.hour < 15]
    check("messages outside the week and the opening hours", 0, len(outside), where)


def _total(unplaced: Any) -> int:
    return sum(unplaced.values()) if isinstance(unplaced, dict) else int(unplaced or 0)

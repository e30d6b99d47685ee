"""What notify-service opens when it starts: its keys, its policies, and the lines to providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from chassis.runtime import Resources
from notify_service import arrivals
from notify_service.channels.aggregator import Aggregator
from notify_service.channels.channel import Report, Text
from notify_service.channels.choice import Channels
from notify_service.channels.smpp.provider import Smpp
from notify_service.context import Context
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from notify_service.settings import Settings
from policybook.startup import open_book


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Prepare the keys, enter the policy files, connect to providers.

    A process that only answers requests binds to none before its first code.
    """
    policies = await open_book(resources, settings.policies, KEYS, read_rules)

    async def arrived(reports: Sequence[Report], texts: Sequence[Text]) -> None:
        async with resources.sessions() as session, session.begin():
            await arrivals.take(session, context, reports, texts)
        resources.wake_relay()

    aggregators = [Aggregator(settings)] if settings.sms_url else []
    at_once = settings.role != "api"
    lines = [
        Smpp(settings, provider, resources.clock, arrived, at_once=at_once) for provider in settings.smpp_providers
    ]
    channels = Channels([*aggregators, *lines])
    context = Context(settings, settings.vault(), resources.clock, policies, channels)
    async with AsyncExitStack() as stack:
        for aggregator in aggregators:
            await stack.enter_async_context(aggregator)
        for line in lines:
            await stack.enter_async_context(line)
        yield context

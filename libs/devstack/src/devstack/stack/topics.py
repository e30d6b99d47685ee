"""The topics of the stack: those the events name, and each one's place for what cannot be handled."""

from __future__ import annotations

import importlib
import pkgutil

from devstack.engines.topics import Topic
from devstack.settings import StackSettings

_DEAD = ".dead"
_DEAD_RETENTION = 4  # times as long as the events: somebody has to look at them


def event_topics(settings: StackSettings) -> list[Topic]:
    """Every topic named by a published event, with its dead-letter topic."""
    import contracts
    from contracts.event import registry

    for module in pkgutil.iter_modules(contracts.__path__):
        if not module.ispkg and not module.name.startswith("_"):
            importlib.import_module(f"contracts.{module.name}")
    names = sorted({settings.topic_prefix + event.TOPIC for event in registry().values()})
    partitions, retention_hours = settings.partitions, settings.retention_hours
    events = [Topic(name, partitions, retention_hours) for name in names]
    dead = [Topic(name + _DEAD, 1, retention_hours * _DEAD_RETENTION) for name in names]
    return events + dead

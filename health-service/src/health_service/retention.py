"""Retention: what this service holds on persons ends when the time of its class is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chassis.privacy.retention import Sweep
from health_service.context import Runtime
from health_service.held import HELD, MORE
from policybook.retention import months_on


def _months(runtime: Runtime) -> Mapping[str, int]:
    return months_on(runtime.state.snapshot.book, runtime.clock.today())


RETENTION: Final[Sweep[Runtime]] = Sweep(HELD, _months, cards="card", members="citizen", more=MORE)

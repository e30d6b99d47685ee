"""Retention: what this service holds on persons ends when the time of its class is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chassis.privacy.retention import Sweep
from policybook.retention import months_on
from supply_service.context import Runtime
from supply_service.held import HELD, MORE


def _months(runtime: Runtime) -> Mapping[str, int]:
    return months_on(runtime.state.snapshot.book, runtime.clock.today())


RETENTION: Final[Sweep[Runtime]] = Sweep(HELD, _months, cards="card", members="card", more=MORE)

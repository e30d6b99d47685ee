"""A process under watch: started again after a crash, after a pause that grows while it keeps crashing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devstack.engines.process import Engine, EngineError
from devstack.state import Running

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
# A process that ran this long had started well: its next crash is a first one again.
STEADY_SECONDS = 60.0


@dataclass
class Watched:
    """One process of the stack and its record of crashes."""

    name: str
    engine: Engine
    report: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    restarts: int = 0
    _pause: float = FIRST_PAUSE_SECONDS
    _started: float = 0.0
    _due: float | None = field(default=None, repr=False)

    def started(self) -> None:
        """Note that the process has been started."""
        self._started = self.clock()
        self._due = None

    def look(self) -> bool:
        """Start the process again if it ended and its pause is over; whether something changed."""
        if self.engine.running:
            return False
        now = self.clock()
        if self._due is None:
            self._plan(now, f"{self.name} ended")
            return False
        if now < self._due:
            return False
        try:
            if self.engine.renewable:
                self.engine.prepare()
            self.engine.spawn()
        except EngineError as error:
            self._plan(now, f"{self.name} does not start ({error})")
            return False
        self.restarts += 1
        self.started()
        self.report(f"{self.name} started again")
        return True

    def _plan(self, now: float, what: str) -> None:
        if now - self._started > STEADY_SECONDS:
            self._pause = FIRST_PAUSE_SECONDS
        self._due = now + self._pause
        self.report(f"{what}; next start in {self._pause:.1f} s, see {self.engine.log_file}")
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def entry(self) -> Running:
        """Its line in the state file."""
        ports = self.engine.ports()
        return Running.of(self.name, self.engine.pid, ports[0] if ports else None, self.restarts)

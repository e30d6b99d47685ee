"""Security events: what somebody should look at, counted and logged under names that stay.

Each has an alert in `deploy/prometheus/alerts.yml` and an entry in `docs/runbook.md`. Fields are ids, never personal.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final

from prometheus_client import Counter
from starlette.requests import HTTPConnection

from chassis.logging import get_logger
from chassis.principal import PREFIXES, Principal

log = get_logger("chassis.security")

EVENTS: Final = Counter("unicard_security_events_total", "Security events", ["happening"])


class Happening(StrEnum):
    """What has happened: the name in metric and log."""

    CLIENT_SIGN_IN_FAILED = "client_sign_in_failed"  # a client or terminal could not prove who it is
    PERSON_SIGN_IN_FAILED = "person_sign_in_failed"
    BREAK_GLASS_USED = "break_glass_used"  # an account kept for when the outside provider is away
    ENROLMENT_REFUSED = "enrolment_refused"
    KEY_REPLACEMENT_REFUSED = "key_replacement_refused"  # somebody tried to take over a terminal's live key
    TERMINAL_OVERLAP = "terminal_overlap"  # a terminal's key is used from two places in turns
    PIN_LOCKED = "pin_locked"
    PIN_CHECKS_EXCEEDED = "pin_checks_exceeded"  # a terminal tries PINs of many cards
    CHAIN_FORKED = "chain_forked"  # a terminal has signed two different sales with one number
    PROOF_UNSOUND = "proof_unsound"  # ledger or pots do not add up
    MASS_LOOKUP = "mass_lookup"  # a caller reads about many citizens in a short time


_COUNTERS: Final = {happening: EVENTS.labels(happening.value) for happening in Happening}  # told as 0 from the start


def raised(happening: Happening, **fields: object) -> None:
    """Count and log a security event; `fields` say who and what, by ids."""
    _COUNTERS[happening].inc()
    log.warning(happening.value, **fields)


def address_of(request: HTTPConnection) -> str:
    """The address a request came to the edge from: the last that was added on the way, which the edge has seen."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded or (request.client.host if request.client else "")


class Lookups:
    """How many different citizens each caller has read about lately, in one process: an alarm, not a limit."""

    MOST_CALLERS = 10_000

    def __init__(self, *, people: int, machines: int, seconds: float) -> None:
        """`people`, `machines`: so many citizens within `seconds` raise the alarm."""
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self.limit(people=people, machines=machines, seconds=seconds)

    def limit(self, *, people: int, machines: int, seconds: float) -> None:
        """Say anew how many raise the alarm."""
        self._people, self._machines, self._seconds = people, machines, seconds

    def note(self, caller: Principal, citizens: Iterable[object], now: float | None = None) -> bool:
        """Note that a caller has read about citizens; whether that raised the alarm. Once in a window for each."""
        at = time.monotonic() if now is None else now
        seen = self._seen.setdefault(caller.subject, _Seen())
        self._seen.move_to_end(caller.subject)
        if len(self._seen) > self.MOST_CALLERS:
            self._seen.popitem(last=False)
        limit = self._people if caller.kind in PREFIXES else self._machines
        count = seen.add(citizens, at, at - self._seconds, limit)
        if count <= limit or at < seen.quiet_until:
            return False
        seen.quiet_until = at + self._seconds
        raised(Happening.MASS_LOOKUP, caller=caller.subject, through=caller.client_id, citizens=count)
        return True


class _Seen:
    """The citizens one caller has read about, oldest first."""

    __slots__ = ("_last", "_order", "quiet_until")

    def __init__(self) -> None:
        self._last: dict[object, float] = {}
        self._order: deque[tuple[float, object]] = deque()
        self.quiet_until = float("-inf")

    def add(self, citizens: Iterable[object], now: float, since: float, most: int) -> int:
        """How many different ones there are since a moment; no more are kept than tell that the limit is passed."""
        for citizen in citizens:
            self._last[citizen] = now
            self._order.append((now, citizen))
        while self._order and (self._order[0][0] < since or len(self._order) > 4 * most + 4):
            at, citizen = self._order.popleft()
            if self._last.get(citizen) == at:
                del self._last[citizen]
        return len(self._last)


_LOOKUPS: Final = Lookups(people=100, machines=20_000, seconds=600.0)
watch_lookups: Final = _LOOKUPS.limit


def looked_up(caller: Principal, citizens: Iterable[object]) -> None:
    """Note that a caller has read about citizens; very many in a short time raise an alarm, and refuse nothing."""
    _LOOKUPS.note(caller, citizens)


def unsound(what: str, wrong: Collection[str]) -> None:
    """Say that a proof does not add up, and in which of its sums."""
    raised(Happening.PROOF_UNSOUND, proof=what, wrong=sorted(wrong))

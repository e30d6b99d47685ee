"""The load: many callers over kept-alive connections, as a process of its own that says what it cost.

Each connection sends its next request when the answer to the last one is complete (closed loop), or when its
turn comes (`rate`: open loop, the wait for a free connection counts as latency). Answers are cut by their
Content-Length; nothing else of them is read. `python -m bench.harness.load` reads a plan and prints a result.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from bench.harness.numbers import percentile

_HEAD_END = b"\r\n\r\n"
_STATUS = slice(9, 12)
_LENGTH = b"content-length:"
_TURN_SECONDS = 0.001
_MOST_FAULTS = 100


@dataclass
class Plan:
    """What to send: `requests` are JSON bodies, `tokens` one a connection, `paths` those of requests that differ.

    Pages are asked for by `GET`, with empty `requests`; then `tokens` are the browsers' cookies.
    """

    port: int
    path: str
    tokens: list[str]
    requests: list[str]
    keys: str
    seconds: float
    rate: float | None = None
    paths: list[str] | None = None
    pages: bool = False


@dataclass
class Result:
    """What came back; latencies in milliseconds, `cpu_seconds` the load's own cost."""

    answered: int
    seconds: float
    statuses: dict[str, int]
    p50: float
    p99: float
    worst: float
    cpu_seconds: float
    exhausted: bool
    samples: dict[str, str] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


class Load:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.latencies: list[float] = []
        self.statuses: Counter[bytes] = Counter()
        self.samples: dict[bytes, bytes] = {}
        self.next = 0
        self.faults = 0
        self.ends = 0.0
        self.busy = len(plan.tokens)
        self.done = asyncio.Event()
        self.idle: deque[_Caller] = deque()
        self.due: deque[float] = deque()

    async def run(self) -> Result:
        """Connect everyone, then let them go."""
        loop = asyncio.get_running_loop()
        callers = [_Caller(self, token) for token in self.plan.tokens]
        for caller in callers:
            await loop.create_connection(partial(_itself, caller), "127.0.0.1", self.plan.port)
        gc.freeze()
        gc.disable()
        cpu, started = time.process_time(), time.perf_counter()
        self.ends = started + self.plan.seconds
        if self.plan.rate is None:
            for caller in callers:
                caller.send(time.perf_counter())
        else:
            self.idle.extend(callers)
            self.busy = 0
            await self._pace(self.plan.rate, started)
        await asyncio.wait_for(self.done.wait(), self.plan.seconds + 60)
        return self._result(time.perf_counter() - started, time.process_time() - cpu)

    async def _pace(self, rate: float, started: float) -> None:
        """Hand out turns at an even rate; who finds no free connection waits for one."""
        total = min(int(rate * self.plan.seconds), len(self.plan.requests))
        handed = 0
        while handed < total:
            until = min(total, int((time.perf_counter() - started) * rate))
            while handed < until:
                self.due.append(started + handed / rate)
                handed += 1
            while self.due and self.idle:
                self.busy += 1
                self.idle.popleft().send(self.due.popleft())
            await asyncio.sleep(_TURN_SECONDS)
        self.ends = 0.0
        if not self.busy and not self.due:
            self.done.set()

    def answered(self, caller: _Caller, began: float, status: bytes, body: bytes) -> None:
        """Count an answer and let the caller go on."""
        now = time.perf_counter()
        self.latencies.append(now - began)
        self.statuses[status] += 1
        if status[:1] != b"2":
            self._fault(status, body)
        if self.plan.rate is not None:
            self._next_turn(caller)
        elif now < self.ends and self.next < len(self.plan.requests):
            caller.send(now)
        else:
            self._leave()

    def _fault(self, status: bytes, body: bytes) -> None:
        """Keep a sample of each fault; end early where there are many, for the figure is lost already."""
        self.samples.setdefault(status, body)
        self.faults += 1
        if self.faults > _MOST_FAULTS:
            self.done.set()

    def _next_turn(self, caller: _Caller) -> None:
        if self.due:
            caller.send(self.due.popleft())
            return
        self.idle.append(caller)
        self._leave(finished=self.ends == 0.0)

    def _leave(self, *, finished: bool = True) -> None:
        self.busy -= 1
        if not self.busy and finished:
            self.done.set()

    def lost(self) -> None:
        """A connection broke: that is an answer nobody may miss."""
        self.statuses[b"lost"] += 1
        self._leave()

    def _result(self, seconds: float, cpu: float) -> Result:
        ranked = sorted(self.latencies)
        return Result(
            answered=len(ranked),
            seconds=seconds,
            statuses={status.decode(): count for status, count in self.statuses.items()},
            p50=percentile(ranked, 0.5) * 1000,
            p99=percentile(ranked, 0.99) * 1000,
            worst=ranked[-1] * 1000 if ranked else 0.0,
            cpu_seconds=cpu,
            exhausted=self.next >= len(self.plan.requests),
            samples={s.decode(): b[:500].decode("utf-8", "replace") for s, b in self.samples.items()},
        )


class _Caller(asyncio.Protocol):
    """One connection with a token of its own."""

    def __init__(self, load: Load, token: str) -> None:
        self._load = load
        self._head = (
            f" HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: {load.plan.keys}-"
        )
        self._page_head = f" HTTP/1.1\r\nHost: bench\r\nCookie: {token}\r\nAccept-Encoding: gzip\r\n\r\n"
        self._began = 0.0
        self._buffer = b""
        self._waiting = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream protocol is given a Transport

    def send(self, began: float) -> None:
        """Send the next request of the plan."""
        load = self._load
        if load.done.is_set():
            return
        body = load.plan.requests[load.next]
        path = load.plan.paths[load.next] if load.plan.paths else load.plan.path
        request = f"POST {path}{self._head}{load.next}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        if load.plan.pages:
            request = f"GET {path}{self._page_head}"
        load.next += 1
        self._began, self._waiting = began, True
        if self._transport is not None:
            self._transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        end = data.find(_HEAD_END)
        if end < 0 or len(data) < end + 4 + (length := _length(data[:end])):
            self._buffer = data
            return
        self._buffer, self._waiting = b"", False
        self._load.answered(self, self._began, data[_STATUS], data[end + 4 : end + 4 + length])

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting:
            self._load.lost()


def _itself(caller: _Caller) -> _Caller:
    return caller


def _length(head: bytes) -> int:
    """The Content-Length of an answer. Raises ValueError where there is none: every answer here has one."""
    lowered = head.lower()
    start = lowered.index(_LENGTH) + len(_LENGTH)
    end = lowered.find(b"\r\n", start)
    return int(lowered[start : end if end >= 0 else None])


async def send(plan: Plan) -> Result:
    """Run a plan in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.harness.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env=os.environ,
    )  # fmt: skip
    output, _ = await process.communicate(json.dumps(asdict(plan)).encode())
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}")
    return Result(**json.loads(output))


def main() -> None:
    """Read a plan from standard input, print the result."""
    import uvloop

    given: dict[str, Any] = json.load(sys.stdin)
    result = uvloop.run(Load(Plan(**given)).run())
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()

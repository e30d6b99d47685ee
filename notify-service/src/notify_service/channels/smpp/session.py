"""One line to an SMSC, from bind to its end: requests and their answers by number, a window, what the SMSC brings.

Nothing that is read here goes into a log: units hold numbers and texts.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Self

from chassis.logging import get_logger
from notify_service.channels.smpp import pdus
from notify_service.channels.smpp.pdus import Delivered, Header, Part, Unreadable
from notify_service.settings import SmppProvider

log = get_logger(__name__)

LAST_SEQUENCE = 0x7FFFFFFF
# How many of what the SMSC brings wait for the database; then the line is read no further. How many go in one commit.
MOST_WAITING = 1000
MOST_AT_ONCE = 200

Deliver = Callable[[Sequence[Delivered]], Awaitable[None]]
"""Takes what the SMSC brought; when it returns, that is committed."""


class Broken(Exception):
    """The line is not there, or not any more. `handed_over`: the request had been written by then."""

    def __init__(self, reason: str, *, handed_over: bool = False) -> None:
        """`reason`: for the log, without personal data."""
        super().__init__(reason)
        self.handed_over = handed_over


class Answer(NamedTuple):
    """The SMSC's to a part: a status, and what it calls the part if that is OK."""

    status: int
    message_id: str


class Session:
    """A line. `open` it, then `run` it until it ends; `submit` beside that."""

    def __init__(
        self, provider: SmppProvider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deliver: Deliver
    ) -> None:
        """Connected, not bound."""
        self._provider, self._reader, self._writer, self._deliver = provider, reader, writer, deliver
        self._sequence = 0
        self._pending: dict[int, asyncio.Future[tuple[Header, bytes]]] = {}
        self._window = asyncio.Semaphore(provider.window)
        self._brought: asyncio.Queue[tuple[int, Delivered]] = asyncio.Queue(MOST_WAITING)
        self._heard = asyncio.Event()
        self._ended: str | None = None

    @classmethod
    async def open(cls, provider: SmppProvider, password: str, deliver: Deliver) -> Self:
        """Connect and bind as a transceiver. Raises OSError, TimeoutError or Broken."""
        secured = ssl.create_default_context() if provider.tls else None
        async with asyncio.timeout(provider.answer_seconds):
            reader, writer = await asyncio.open_connection(provider.host, provider.port, ssl=secured)
            session = cls(provider, reader, writer, deliver)
            try:
                await session._bind(password)
            except BaseException:  # why: whatever ends it, also a cancellation, no line is left open
                writer.transport.abort()
                raise
        return session

    async def run(self) -> str:
        """Keep the line until it ends; returns why it did."""
        tasks = [asyncio.create_task(one()) for one in (self._read, self._take, self._keep)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return self._end(_reason(next(iter(done))))
        finally:
            self._end("closed")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.transport.abort()

    async def close(self) -> None:
        """Take leave: nothing more is submitted, what is under way is waited for a moment."""
        self._ended = self._ended or "closing"
        with suppress(TimeoutError, OSError, Broken):
            async with asyncio.timeout(self._provider.answer_seconds):
                if waiting := list(self._pending.values()):
                    await asyncio.wait(waiting)
                number = self._next()
                await self._asked(number, pdus.bare(pdus.UNBIND, number))

    async def submit(self, sender: str, part: Part) -> Answer:
        """Hand over a part and wait for the answer. Raises Broken, and TimeoutError where none came in time."""
        async with self._window:
            if self._ended:
                raise Broken(self._ended)
            number = self._next()
            async with asyncio.timeout(self._provider.answer_seconds):
                header, raw = await self._asked(number, pdus.submit_sm(number, sender, part))
        return Answer(header.status, pdus.message_id(raw) if header.command == pdus.SUBMIT_SM_RESP else "")

    async def _bind(self, password: str) -> None:
        number, provider = self._next(), self._provider
        self._writer.write(pdus.bind_transceiver(number, provider.system_id, password, provider.system_type))
        header, _ = await self._unit()
        if header.command != pdus.BIND_TRANSCEIVER_RESP or header.status != pdus.OK:
            raise Broken(f"not bound: {pdus.STATUSES.get(header.status, hex(header.status))}")

    async def _asked(self, number: int, unit: bytes) -> tuple[Header, bytes]:
        """Write a request; its answer has a place to come to before its first byte is written."""
        answer: asyncio.Future[tuple[Header, bytes]] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        try:
            self._writer.write(unit)
            await self._writer.drain()
            return await answer
        except OSError as error:
            raise Broken(type(error).__name__, handed_over=True) from error
        finally:
            del self._pending[number]

    async def _unit(self) -> tuple[Header, bytes]:
        head = await self._reader.readexactly(pdus.HEADER.size)
        header = pdus.read_header(head)
        return header, head + await self._reader.readexactly(header.length - pdus.HEADER.size)

    async def _read(self) -> None:
        while True:
            header, raw = await self._unit()
            self._heard.set()
            if header.command & pdus.RESPONSE:
                waiting = self._pending.get(header.sequence)
                if waiting and not waiting.done():
                    waiting.set_result((header, raw))
            elif header.command == pdus.UNBIND:
                self._writer.write(pdus.bare(pdus.UNBIND_RESP, header.sequence))
                raise Broken("unbound by the other side", handed_over=True)
            else:
                await self._requested(header, raw)

    async def _requested(self, header: Header, raw: bytes) -> None:
        if header.command == pdus.ENQUIRE_LINK:
            self._writer.write(pdus.bare(pdus.ENQUIRE_LINK_RESP, header.sequence))
        elif header.command != pdus.DELIVER_SM:
            self._writer.write(pdus.bare(pdus.GENERIC_NACK, header.sequence, pdus.INVALID_COMMAND))
        else:
            try:
                await self._brought.put((header.sequence, pdus.deliver_sm(raw)))
            except Unreadable as error:
                log.error("unreadable unit refused", provider=self._provider.name, reason=str(error))
                self._answer(header.sequence, pdus.REJECTED_FOR_GOOD)

    async def _take(self) -> None:
        """Have what came committed, then acknowledge it."""
        while True:
            taken = [await self._brought.get()]
            while len(taken) < MOST_AT_ONCE and not self._brought.empty():
                taken.append(self._brought.get_nowait())
            try:
                await self._deliver([unit for _, unit in taken])
                status = pdus.OK
            except Exception as error:  # why: whatever keeps it from being kept, the SMSC shall bring it again
                log.error("what a provider brought is not kept", provider=self._provider.name, exc_info=error)
                status = pdus.REJECTED_FOR_NOW
            for number, _ in taken:
                self._answer(number, status)
            await self._writer.drain()

    def _answer(self, number: int, status: int) -> None:
        self._writer.write(pdus.bare(pdus.DELIVER_SM | pdus.RESPONSE, number, status, b"\0"))

    async def _keep(self) -> None:
        """Try the line when nothing is heard."""
        while True:
            self._heard.clear()
            try:
                async with asyncio.timeout(self._provider.enquire_seconds):
                    await self._heard.wait()
            except TimeoutError:
                number = self._next()
                async with asyncio.timeout(self._provider.answer_seconds):
                    await self._asked(number, pdus.bare(pdus.ENQUIRE_LINK, number))

    def _next(self) -> int:
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        return self._sequence

    def _end(self, reason: str) -> str:
        if self._ended is None or self._ended == "closing":
            self._ended = reason
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(Broken(reason, handed_over=True))
        return self._ended


def _reason(task: asyncio.Task[None]) -> str:
    error = task.exception()
    if isinstance(error, Broken | Unreadable):
        return str(error)
    return "no answer" if isinstance(error, TimeoutError) else type(error).__name__

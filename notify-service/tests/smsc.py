"""An SMSC of another's making (smpp34) as a program of its own, so that it can be killed.

Arguments: port and journal. It takes orders as JSON lines on its standard input and writes what happens to the journal,
a JSON line each with its time: a bind, a part that was submitted, an acknowledgement. Its other end: `smsc_control.py`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import smpp34

THROTTLED = 0x58


@dataclass
class Smsc:
    journal: Path
    esmes: dict[str, smpp34.Esme] = field(default_factory=dict)
    taken: int = 0
    way: dict[str, Any] = field(default_factory=dict)
    busy: set[asyncio.Task[None]] = field(default_factory=set)
    open: float = 0.0  # how many parts the limit allows, as of `open_at`
    open_at: float = 0.0

    def write(self, **entry: Any) -> None:
        with self.journal.open("ab") as file:
            file.write(orjson.dumps({**entry, "at": time.time()}) + b"\n")

    def over_its_limit(self) -> bool:
        """Whether this part is more than `per_second` of the way allows; a second's parts may come at once."""
        limit = self.way.get("per_second")
        if limit is None:
            return False
        now = time.monotonic()
        self.open, self.open_at = min(limit, self.open + (now - self.open_at) * limit), now
        if self.open < 1:
            return True
        self.open -= 1
        return False

    def later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    async def serve(self, port: int) -> None:
        server = smpp34.Server("127.0.0.1", port)
        await server.start()
        self.later(self.orders())
        self.write(kind="up")
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.esmes[event.session_id] = event
                self.write(kind="bound", system_id=event.system_id)
            elif isinstance(event, smpp34.Unbound):
                self.esmes.pop(event.session_id, None)
                self.write(kind="unbound")
            else:
                self.later(self.submitted(event))

    async def submitted(self, event: smpp34.SubmitSmEvent) -> None:
        if status := self.way.get("reject", {}).get(event.destination_addr):
            event.reject(status)
            return
        if self.way.get("throttle", 0) > 0:
            self.way["throttle"] -= 1
            self.write(kind="throttled")
            event.reject(self.way.get("throttle_status", THROTTLED))
            return
        if self.over_its_limit():
            self.write(kind="throttled")
            event.reject(THROTTLED)
            return
        self.taken += 1
        number = self.way.get("first_id", 1000) + self.taken
        name = format(number, self.way.get("answer_form", "d"))
        self.write(
            kind="submitted", to=event.destination_addr, payload=event.short_message.hex(), id=name,
            esm_class=event.esm_class, data_coding=event.data_coding, registered=event.registered_delivery,
            source=event.source_addr, session=event.session_id,
        )  # fmt: skip
        if self.way.get("receipts") == "before":
            await self.receipt(format(number, self.way.get("receipt_form", "d")), event.session_id)
        await asyncio.sleep(self.way.get("delay", 0))
        if not self.way.get("mute"):
            event.accept(name)
        if self.way.get("receipts") == "after":
            await self.receipt(format(number, self.way.get("receipt_form", "d")), event.session_id)

    async def receipt(self, name: str, session: str) -> None:
        text = f"id:{name} sub:001 dlvrd:001 submit date:2611301200 done date:2611301201 stat:DELIVRD err:0A1 text:"
        await self.deliver(session, text.encode(), esm_class=4)

    async def deliver(self, session: str, payload: bytes, **fields: Any) -> None:
        esme = self.esmes.get(session) or list(self.esmes.values())[-1]
        tag = fields.pop("tag", None)
        fields["tlvs"] = [smpp34.Tlv(code, bytes.fromhex(value)) for code, value in fields.pop("tlvs", [])]
        source = fields.pop("source_addr", "201012345678")
        try:
            status = (await esme.deliver_sm("1919", payload, source_addr=source, **fields)).command_status
        except smpp34.SmppError as error:
            self.write(kind="lost", tag=tag, error=str(error))
            return
        self.write(kind="acknowledged", status=status, tag=tag)

    async def orders(self) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order = orjson.loads(line)
            if order.pop("do") == "way":
                self.way = order
            else:
                payload = bytes.fromhex(order.pop("payload"))
                self.later(self.deliver("", payload, **order))


if __name__ == "__main__":
    asyncio.run(Smsc(Path(sys.argv[2])).serve(int(sys.argv[1])))

"""How fast the register takes in a file of citizens that comes in parts, and what its process holds meanwhile."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import psutil

from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.national_numbers import compose
from devstack.terminal.wire import Answer, Wire

PART_BYTES = 16 * 1024 * 1024
AIM_SECONDS, AIM_CITIZENS = 120.0, 1_000_000
FAMILY = ("head", "spouse", "child", "child")
HEADER = "household_ref,role,national_id,full_name,mobile,governorate,district,address\r\n"
_FIRST = ("منى", "أحمد", "سعاد", "محمود", "هدى", "كريم", "نادية", "طارق")
_LAST = ("علي", "حسن", "إبراهيم", "السيد", "عبد الرحمن", "المصري", "الشافعي")
_DAYS = 20_000
_OLDEST = date(1950, 1, 1)


@dataclass
class Taken:
    """An import: citizens, seconds from the completion to the end, seconds of sending, memory before and at most."""

    citizens: int = 0
    seconds: float = 0.0
    sending: float = 0.0
    before: int = 0
    most: int = 0


def _rows(citizens: int) -> Iterator[str]:
    """Rows of families of four, each with a national id of its own."""
    for n in range(citizens):
        born, serial = _OLDEST + timedelta(days=n % _DAYS), n // _DAYS
        name = f"{_FIRST[n % 8]} {_LAST[n % 7]} {_LAST[n // 7 % 7]} {_FIRST[n // 56 % 8]}"
        mobile = f"010{n % 100_000_000:08d}" if n % 2 == 0 else ""
        number = compose(born, "03", 9000 + serial)
        yield f"R{n // 4},{FAMILY[n % 4]},{number},{name},{mobile},03,al-arab,شارع {n // 4 % 900}\r\n"


def parts_of(citizens: int) -> list[bytes]:
    """The file, cut without regard to rows."""
    body = (HEADER + "".join(_rows(citizens))).encode()
    return [body[start : start + PART_BYTES] for start in range(0, len(body), PART_BYTES)]


async def run(stack: Stack, options: Options, wire: Wire) -> Taken:
    """Send the file in parts, take it in, and look at the service's memory until it is registered."""
    parts = await asyncio.to_thread(parts_of, options.citizens)
    registry = stack.client(wire, "registry")
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    made = await registry.post("/v1/import-declarations", {"parts": len(parts), "sha256": whole.hexdigest()})
    path = f"/v1/imports/{made['id']}"
    process = psutil.Process(stack.processes("card")["card"])
    taken = Taken(before=process.memory_info().rss)
    began = time.perf_counter()
    for number, part in enumerate(parts, start=1):
        token = await registry.token()
        answer = await _send(wire, f"{path}/parts/{number}", token, f"{made['id']}-{number}", part)
        if answer.status != 200:
            raise RuntimeError(f"part {number}: {answer.status} {answer.body!r}")
    taken.sending = time.perf_counter() - began
    began = time.perf_counter()
    await registry.post(f"{path}/completion")
    while True:
        state = await registry.get(path)
        taken.most = max(taken.most, process.memory_info().rss)
        if state["status"] in {"done", "failed"}:
            break
        await asyncio.sleep(0.2)
    taken.seconds, taken.citizens = time.perf_counter() - began, state["accepted"]
    if (state["status"], state["accepted"], state["rejected"]) != ("done", options.citizens, 0):
        raise RuntimeError(f"import: {state}")
    return taken


async def _send(wire: Wire, path: str, token: str, key: str, part: bytes) -> Answer:
    digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
    headers = (
        ("authorization", f"Bearer {token}"),
        ("idempotency-key", key),
        ("content-type", "application/octet-stream"),
        ("content-digest", f"sha-256=:{digest}:"),
    )
    return await wire.request("PUT", path, headers, part, 60)


def section(taken: Taken) -> Section:
    """The figures in words and a table."""
    told = Section("A file of citizens")
    told.say(
        f"{taken.citizens:,} citizens in families of four, CSV in parts of 16 MiB through the gateway; from the",
        "completion of the upload to the last household registered, while every other service follows the events on",
        "the same cores.",
    )
    rate = taken.citizens / taken.seconds
    told.table(
        ["citizens", "upload s", "registered s", "rows a second", "card MB before", "card MB at most"],
        [
            [
                f"{taken.citizens:,}", f"{taken.sending:.1f}", f"{taken.seconds:.1f}", f"{rate:,.0f}",
                f"{taken.before / 1e6:,.0f}", f"{taken.most / 1e6:,.0f}",
            ]
        ],
    )  # fmt: skip
    wanted = AIM_CITIZENS / AIM_SECONDS
    told.aim(f"{AIM_CITIZENS:,} citizens imported ≤ {AIM_SECONDS:g} s ({wanted:,.0f} rows a second)",
             f"{rate:,.0f} rows a second", reached=rate >= wanted)  # fmt: skip
    return told

"""The bulk import as the ministry sends it, and every rejection held against what was planted."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from devstack.demo.context import Cardholder, Context
from devstack.demo.register_file import RegisterFile
from devstack.terminal.fleet import pages
from devstack.terminal.provision import identifier


async def play(context: Context) -> None:
    """Import the households of the pilot, a few hundred faulty rows among them."""
    context.headline(f"The register: {context.options.households:,} households")
    files = context.files
    context.history.record(context.record)
    began = time.perf_counter()
    rows = sum(file.rows for file in files)
    with context.bar("rows imported", rows) as advance:
        jobs = [await upload(context, file) for file in files]
        states = [await finished(context, job, file, advance) for job, file in zip(jobs, files, strict=True)]
    context.report.figure("rows imported", rows / (time.perf_counter() - began), "a second")
    for file in files:
        context.holders.extend(Cardholder(household) for household in file.households)
    _check_counts(context, files, states)
    await _check_rejections(context, files, jobs)


async def upload(context: Context, file: RegisterFile) -> str:
    """Send one file; the id of its import."""
    answer = await context.registry.call("POST", "/v1/imports", file.body, content_type="text/csv", timeout_s=120)
    return str(identifier(answer.json(), "import_id"))


async def finished(context: Context, job: str, file: RegisterFile, advance: Any = None) -> dict[str, Any]:
    """The import's state once it has ended."""
    seen = 0
    while True:
        state: dict[str, Any] = await context.registry.get(f"/v1/imports/{job}")
        if advance is not None:
            advance(state["rows"] - seen)
            seen = state["rows"]
        if state["status"] in {"done", "failed"}:
            return state
        await asyncio.sleep(0.2)


def _check_counts(context: Context, files: list[RegisterFile], states: list[dict[str, Any]]) -> None:
    where = "GET /v1/imports/{id}"
    check = context.report.check
    check("imports done", len(files), sum(1 for state in states if state["status"] == "done"), where)
    check(
        "households registered",
        sum(len(file.households) for file in files), sum(state["households"] for state in states), where,
    )  # fmt: skip
    check(
        "citizens registered",
        sum(file.good_rows for file in files), sum(state["accepted"] for state in states), where,
    )  # fmt: skip
    check(
        "faulty rows rejected",
        sum(len(file.faulty) for file in files), sum(state["rejected"] for state in states), where,
    )  # fmt: skip


async def _check_rejections(context: Context, files: list[RegisterFile], jobs: list[str]) -> None:
    matched, reasons, strays = 0, 0, []
    for file, job in zip(files, jobs, strict=True):
        async for rejection in pages(context.registry, f"/v1/imports/{job}/rejections", limit=500):
            fault = file.faulty.get(rejection["row"])
            if fault is not None and rejection["code"] in fault.codes:
                matched += 1
                reasons += bool(rejection["reason"] and rejection["reason_ar"])
            else:
                strays.append(f"row {rejection['row']} {rejection['code']}")
    planted = sum(len(file.faulty) for file in files)
    where = "GET /v1/imports/{id}/rejections"
    context.report.check("rejections that name the row and the fault planted in it", planted, matched, where)
    context.report.check("rejections with a reason in Arabic and English", planted, reasons, where)
    context.report.check("rows rejected that were good", "none", ", ".join(strays[:5]) or "none", where)

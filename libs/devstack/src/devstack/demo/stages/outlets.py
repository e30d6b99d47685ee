"""Bakeries and shops, and in each a terminal that enrols with a key of its own."""

from __future__ import annotations

import time
from itertools import count

from devstack.demo.context import Context
from devstack.demo.places import BAKERIES, OUTLETS, Outlet, bakeries, shops
from devstack.terminal.fleet import FleetTerminal, commission, in_parallel
from devstack.terminal.provision import identifier, register_terminal


async def play(context: Context) -> None:
    """Register outlets and terminals of this run, and enrol every terminal."""
    context.headline("Bakeries and outlets, each with an enrolled terminal")
    options = context.options
    wanted = [
        *bakeries(context.rng, options.share(BAKERIES, 12)),
        *shops(context.rng, options.share(OUTLETS, 16)),
    ]
    serials = count(1)
    began = time.perf_counter()
    with context.bar("outlets and terminals", len(wanted)) as advance:

        async def open_outlet(outlet: Outlet) -> None:
            terminal = await _open(context, outlet, f"UC-{context.run:03d}-{next(serials):04d}")
            (context.bakeries if outlet.kind == "bakery" else context.shops).append(terminal)

        await in_parallel(wanted, open_outlet, lanes=16, progress=advance)
    fleet = [*context.bakeries, *context.shops]
    context.report.figure("terminals enrolled", len(fleet) / (time.perf_counter() - began), "a second")
    tokens = [await terminal.caller.token() for terminal in fleet]
    context.report.check(
        "terminals enrolled with a key of their own",
        len(wanted), len({t.key.public for t, token in zip(fleet, tokens, strict=True) if token}),
        "POST /v1/enrolments, POST /oauth/token",
    )  # fmt: skip


async def _open(context: Context, outlet: Outlet, serial: str) -> FleetTerminal:
    request = outlet.request() | {"name_en": f"{outlet.name_en} ({context.label})"}
    created = await context.outlets.post("/v1/outlets", request)
    outlet_id = str(identifier(created, "outlet_id"))
    terminal_id, code = await register_terminal(context.outlets, outlet_id, serial)
    key, caller = await commission(context.wire, terminal_id, code)
    return FleetTerminal(terminal_id, outlet_id, outlet.kind, outlet.district, key, caller)

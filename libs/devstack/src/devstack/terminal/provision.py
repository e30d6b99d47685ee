"""The operator's part of putting a terminal into use: outlet, terminal, one-time code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from devstack.documents import Document
from devstack.settings import StackSettings
from devstack.terminal.caller import Caller, ClientSecret, eventually, new_key
from devstack.terminal.wire import Wire

CLIENT_ID = "UNICARD_CLIENT_ID"
CLIENT_SECRET = "UNICARD_CLIENT_SECRET"  # noqa: S105 - the variable's name
PORT_SAID = "03"
PROVIDERS_AR = {
    "family_unit": "وحدة طب الأسرة", "hospital": "مستشفى", "laboratory": "معمل", "pharmacy": "صيدلية",
    "imaging": "مركز أشعة",
}  # fmt: skip
NAMES_AR = {
    "bakery": "مخبز",
    "grocer": "بقالة تموينية",
    "gameaty": "منفذ جمعيتي",
    "complex": "مجمع استهلاكي",
    "depot": "مستودع دقيق",
}


class NoCredentials(LookupError):
    """A client's id and secret are neither in the environment nor among the stack's clients."""


def home() -> Path:
    """The folder in which the stack and the terminals keep their state."""
    return StackSettings.in_use().folder


def client(name: str, clients_file: Path | None = None) -> ClientSecret:
    """A client of the running stack, by its role; another may be named in the environment. Raises NoCredentials."""
    if CLIENT_ID in os.environ and CLIENT_SECRET in os.environ:
        return ClientSecret(os.environ[CLIENT_ID], os.environ[CLIENT_SECRET])
    file = clients_file or StackSettings.in_use().clients_file
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if name not in known:
        raise NoCredentials(
            f"set {CLIENT_ID} and {CLIENT_SECRET}, or run where the stack keeps {file}: `unicard up` makes it"
        )
    return ClientSecret(name, known[name]["client_secret"])


async def register_terminal(admin: Caller, outlet_id: str, serial: str) -> tuple[str, str]:
    """Register a terminal for an outlet; its id and a one-time enrolment code."""
    body = {"outlet_id": outlet_id, "serial": serial, "model": "UC-1"}
    terminal = await admin.post("/v1/terminals", body)
    terminal_id = str(identifier(terminal, "terminal_id"))
    return terminal_id, await enrolment_code(admin, terminal_id)


async def enrolment_code(admin: Caller, terminal_id: str) -> str:
    """A one-time code; waits until the gateway has heard of the terminal."""
    issued = await eventually(lambda: admin.post("/v1/enrolment-codes", {"terminal_id": terminal_id}))
    return str(issued["code"])


async def provision(wire: Wire, kind: str, clients_file: Path | None = None) -> tuple[str, str]:
    """Register an outlet or provider of care of that kind and a terminal in it; the terminal's id and its code."""
    admin = Caller(wire, client("health-authority" if kind in PROVIDERS_AR else "outlets", clients_file))
    serial = new_key()[-12:]
    if kind in PROVIDERS_AR:
        return await _provision_clinic(admin, kind, serial)
    body: Document = {
        "kind": kind, "governorate": PORT_SAID, "district": "03.02",
        "name_ar": f"{NAMES_AR.get(kind, 'منفذ')} {serial}", "name_en": f"{kind.capitalize()} {serial}",
    }  # fmt: skip
    if kind == "bakery":
        body |= {"fuel": "diesel", "loaf_type": "soft"}
    outlet = await admin.post("/v1/outlets", body)
    return await register_terminal(admin, str(identifier(outlet, "outlet_id")), serial)


async def _provision_clinic(admin: Caller, kind: str, serial: str) -> tuple[str, str]:
    provider = await admin.post(
        "/v1/providers",
        {
            "kind": kind,
            "governorate": PORT_SAID,
            "district": "03.02",
            "name_ar": f"{PROVIDERS_AR[kind]} {serial}",
            "name_en": f"{kind.replace('_', ' ').capitalize()} {serial}",
        },
    )
    return await register_clinic_terminal(admin, str(provider["provider_id"]), serial)


async def register_clinic_terminal(admin: Caller, provider_id: str, serial: str) -> tuple[str, str]:
    """Register a terminal with a provider of care; its id and a one-time enrolment code."""
    terminal = await admin.post("/v1/clinic-terminals", {"provider_id": provider_id, "serial": serial, "model": "UC-H"})
    terminal_id = str(terminal["terminal_id"])
    return terminal_id, await enrolment_code(admin, terminal_id)


def identifier(resource: Document, name: str) -> Any:
    """The id of a resource, under its own name or as `id`."""
    return resource.get(name) or resource["id"]

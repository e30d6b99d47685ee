"""Files of citizens of Port Said, of one for each thing that may be done with an import."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from card_service.registry.intake import HEADER
from chassis.testing import eventually
from chassis.testing_walk import PORT_SAID, Call, signed_by

if TYPE_CHECKING:
    from .conftest import Office

IMPORT = "citizens:import"
FILE = (",".join(HEADER) + "\n").encode()
PART: dict[str, Any] = {
    "content": FILE,
    "headers": {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(FILE).digest()).decode()}:"},
}


@dataclass(frozen=True)
class Files:
    """Imports: one that is registered, two that are declared, one whose dry run is done."""

    upload: str
    declared: str
    undone: str
    checked: str


async def files_of(office: Office) -> Files:
    """Such files, of whom the walk calls."""
    upload = await office.upload(office.row("a"), claims=PORT_SAID)
    return Files(upload["id"], await _declared(office), await _declared(office), await _checked(office))


async def _call(office: Office, method: str, path: str, **more: Any) -> Any:
    headers = await signed_by(office.issuer)(IMPORT, **PORT_SAID)
    reply = await office.client.request(method, path, headers=headers | more.pop("headers", {}), **more)
    assert reply.is_success, reply.text
    return reply.json()


async def _declared(office: Office, *, dry_run: bool = False) -> str:
    body = {"parts": 1, "sha256": hashlib.sha256(FILE).hexdigest(), "dry_run": dry_run}
    made: str = (await _call(office, "POST", "/v1/import-declarations", json=body))["id"]
    return made


async def _checked(office: Office) -> str:
    import_id = await _declared(office, dry_run=True)
    path = f"/v1/imports/{import_id}"
    await _call(office, "PUT", f"{path}/parts/1", **PART)
    await _call(office, "POST", f"{path}/completion")

    async def judged() -> bool:
        return bool((await _call(office, "GET", path))["status"] == "checked")

    await eventually(judged, seconds=30)
    return import_id


def import_calls(files: Files) -> dict[str, Call]:
    """Every operation on one's own files."""
    imports, declared = f"/v1/imports/{files.upload}", f"/v1/imports/{files.declared}"
    return {
        "GET /v1/imports": Call("/v1/imports?limit=100", IMPORT, refused=200, mark=files.upload),
        "GET /v1/imports/{import_id}": Call(imports, IMPORT),
        "GET /v1/imports/{import_id}/rejections": Call(f"{imports}/rejections", IMPORT),
        "GET /v1/imports/{import_id}/refused-rows": Call(f"{imports}/refused-rows", IMPORT),
        "GET /v1/imports/{import_id}/rows": Call(f"{imports}/rows", IMPORT),
        "GET /v1/imports/{import_id}/result": Call(f"{imports}/result", IMPORT),
        "PUT /v1/imports/{import_id}/parts/{number}": Call(f"{declared}/parts/1", IMPORT, body=PART),
        "POST /v1/imports/{import_id}/completion": Call(f"{declared}/completion", IMPORT),
        "POST /v1/imports/{import_id}/start": Call(f"/v1/imports/{files.checked}/start", IMPORT),
        "POST /v1/imports/{import_id}/cancellation": Call(f"/v1/imports/{files.undone}/cancellation", IMPORT),
    }

"""Use cases of imports: a file goes to the service in parts, and what is cut off goes on where it stopped."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.services import ServiceRefused
from staff_console.web.uploads import Upload
from staff_console.web.visit import Visit

WHERE: Final = "/v1/imports"
PART_BYTES: Final = 8 * 1024 * 1024  # the service takes parts of up to 16 MiB
CITIZENS: Final = "citizens"
OTHERS: Final = ("deaths", "births", "marriages", "travel", "income", "takaful")
CHARSETS: Final = ("auto", "windows-1256")
# What goes on by itself, so that its page asks again.
UNDER_WAY: Final = frozenset({"checking", "queued", "running", "due"})
_NDJSON: Final = (".ndjson", ".jsonl")
_REFUSED: Final = frozenset({409, 422})


def contents(visit: Visit) -> tuple[str, ...]:
    """What files may be about that this person sends."""
    own = (CITIZENS,) if visit.may(Scope.CITIZENS_IMPORT) else ()
    return own + (OTHERS if visit.may(Scope.REQUESTS_WRITE) else ())


def wrong_with(upload: Upload, allowed: tuple[str, ...]) -> dict[str, str]:
    """What is wrong with a form, by field."""
    wrong = {} if upload.form.field("content") in allowed else {"content": "import_content_missing"}
    if upload.too_large:
        return {**wrong, "file": "import_too_large"}
    return wrong if upload.file else {**wrong, "file": "import_file_missing"}


async def declare(visit: Visit, upload: Upload) -> Document:
    """Open an import for a file. Raises ServiceRefused or ServiceSilent."""
    form = upload.form
    body: dict[str, str | int | bool] = {
        "parts": len(pieces(upload.file)),
        "sha256": await digest(upload.file),
        "form": "ndjson" if upload.file_name.lower().endswith(_NDJSON) else "csv",
        "content": form.field("content"),
        "dry_run": True,
    }
    if form.field("charset") == "windows-1256":
        body["charset"] = "windows-1256"
    if form.field("corrects"):
        body["corrects"] = form.field("corrects")
    told: Document = await visit.services.post("card", "/v1/import-declarations", body, key=form.key)
    return told


async def hand_on(visit: Visit, told: Document, file: bytes, key: str) -> None:
    """Send the parts that are not there yet, and have the file judged.

    A file that is none is given up at once. Raises ServiceRefused or ServiceSilent.
    """
    path = f"{WHERE}/{told['id']}"
    for number, part in enumerate(pieces(file), 1):
        if number not in told["received"]:
            await visit.services.put_part("card", f"{path}/parts/{number}", part, key=_key(key, str(number)))
    try:
        await visit.services.post("card", f"{path}/completion", key=_key(key, "completion"))
    except ServiceRefused as refusal:
        if refusal.status in _REFUSED:
            await visit.services.post("card", f"{path}/cancellation", key=_key(key, "cancellation"))
        raise


def pieces(file: bytes) -> list[bytes]:
    """A file in the parts it is sent in."""
    return [file[start : start + PART_BYTES] for start in range(0, len(file), PART_BYTES)]


async def digest(file: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return await asyncio.to_thread(lambda: hashlib.sha256(file).hexdigest())


def share(told: Mapping[str, int | None]) -> int | None:
    """How far an import has come, in percent; None while nobody has counted its rows."""
    total, rows = told["total_rows"], told["rows"] or 0
    return None if total is None else 100 * rows // total if total else 100


def _key(key: str, step: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{key}/{step}"))

"""Forms that carry a file (multipart/form-data, RFC 7578): read whole into memory, and never written anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from staff_console.web.visit import Form, Visiting, form_with

FILE_BYTES: Final = 32 * 1024 * 1024
_FIELDS_BYTES: Final = 64 * 1024
_BOUNDARY: Final = re.compile(r'^multipart/form-data\s*;.*?boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70}?)"?\s*(?:;|$)')
_NAME: Final = re.compile(r'\bname="([^"]*)"')
_FILE_NAME: Final = re.compile(r'\bfilename="([^"]*)"')


@dataclass(frozen=True)
class Upload:
    """A form with the file that came with it. `too_large`: the file was more than is taken, and is not here."""

    form: Form
    file: bytes
    file_name: str
    too_large: bool = False


async def upload_of(request: Request, visit: Visiting) -> Upload:
    """The posted form and its file. Raises FormStale for one that is not of this session's pages."""
    body, whole = await _read(request)
    found = _BOUNDARY.match(request.headers.get("content-type", ""))
    fields, file, file_name = dict[str, str](), b"", ""
    for head, content in _parts(body, found[1].encode() if found else b""):
        name, named = _NAME.search(head), _FILE_NAME.search(head)
        if name and named:
            file, file_name = content, named[1]
        elif name:
            fields[name[1]] = content.decode(errors="replace")
    form = form_with(visit, fields)
    too_large = not whole or len(file) > FILE_BYTES
    return Upload(form, b"" if too_large else file, file_name, too_large)


Uploaded = Annotated[Upload, Depends(upload_of)]


async def _read(request: Request) -> tuple[bytes, bool]:
    """The body, and whether it is all of it: of what is too large the beginning stays, where the fields are."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > FILE_BYTES + _FIELDS_BYTES:
            return bytes(body[:_FIELDS_BYTES]), False
    return bytes(body), True


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a form, each with its head; the last one may be cut off."""
    mark = b"--" + boundary
    at = body.find(mark)
    while boundary and at >= 0:
        begin = at + len(mark)
        end = body.find(b"\r\n" + mark, begin)
        head, divided, _ = body[begin : begin + _FIELDS_BYTES].partition(b"\r\n\r\n")
        if not divided:
            return
        content = begin + len(head) + len(divided)
        yield head.decode(errors="replace"), body[content : end if end >= 0 else len(body)]
        at = end + len(b"\r\n") if end >= 0 else -1

"""Forms that carry a file (multipart/form-data, RFC 7578): read whole into memory, and never written anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header

from staff_console.web.visit import Form, Visiting, form_with

FILE_BYTES: Final = 32 * 1024 * 1024
_FIELDS_BYTES: Final = 64 * 1024
_MOST: Final = FILE_BYTES + _FIELDS_BYTES
_FORM: Final = b"multipart/form-data"


@dataclass(frozen=True)
class Upload:
    """A form with the file that came with it. `too_large`: the file was more than is taken, and is not here."""

    form: Form
    file: bytes
    file_name: str
    too_large: bool = False


class _Parts:
    """What has come of a form: its fields, and its file once it is whole."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.file, self.file_name = b"", ""

    def field(self, one: Field) -> None:
        self.fields[_text(one.field_name)] = _text(one.value)

    def take(self, one: File) -> None:
        one.file_object.seek(0)
        self.file, self.file_name = one.file_object.read(), _text(one.file_name)


async def upload_of(request: Request, visit: Visiting) -> Upload:
    """The posted form and its file. Raises FormStale for one that is not of this session's pages."""
    parts = _Parts()
    whole = await _read(request, parts)
    form = form_with(visit, parts.fields)
    too_large = not whole or len(parts.file) > FILE_BYTES
    return Upload(form, b"" if too_large else parts.file, parts.file_name, too_large)


Uploaded = Annotated[Upload, Depends(upload_of)]


async def _read(request: Request, parts: _Parts) -> bool:
    """Take in the parts of a form, and say whether it was all of it: of what is too large the fields have come.

    What is no form at all has no parts.
    """
    kind, said = parse_options_header(request.headers.get("content-type"))
    if kind != _FORM:
        return True
    read, in_memory = 0, {"MAX_MEMORY_FILE_SIZE": _MOST}
    try:
        parser = FormParser(kind.decode(), parts.field, parts.take, boundary=said.get(b"boundary"), config=in_memory)
        async for piece in request.stream():
            read += len(piece)
            if read > _MOST:
                return False
            parser.write(piece)
        parser.finalize()
    except FormParserError:
        return True
    return True


def _text(said: bytes | None) -> str:
    return (said or b"").decode(errors="replace")

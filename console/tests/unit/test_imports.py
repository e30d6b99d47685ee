"""Files of the registry: what a form carries, what is sent of it, and pages of what the service really answers with."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from card_service.registry.import_schemas import ImportDeclaration
from card_service.registry.intake import COLUMNS
from card_service.registry.models import ImportStatus
from card_service.registry.schemas import ImportOut, ImportPage, RejectionOut, RejectionPage
from card_service.registry.updates.rows import COLUMNS as UPDATES
from card_service.registry.updates.rows import Content
from chassis.ids import new_id
from staff_console.imports import service
from staff_console.pages import render
from staff_console.services import ServiceRefused, ServiceSilent
from staff_console.web import uploads
from staff_console.web.errors import FormStale
from staff_console.web.uploads import Upload
from staff_console.web.visit import Form
from staff_console.words import TEXTS

from .frame import FRAME

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def imported(status: ImportStatus, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": new_id(), "status": status, "rows": 5000, "accepted": 4997, "rejected": 3, "households": 1200,
        "warnings": 0, "dry_run": True, "total_rows": 5000, "created_at": NOW,
    }  # fmt: skip
    return ImportOut(**told | changes).model_dump(mode="json")


def shown(one: dict[str, Any], lang: str = "ar") -> str:
    rows = [RejectionOut(row=17, field="mobile", code="x", reason="no mobile", reason_ar="ليس لتليفون محمول")]
    findings = RejectionPage(items=rows, next=17).model_dump(mode="json")
    under_way = one["status"] in service.UNDER_WAY
    page = render("import", lang, **FRAME, one=one, findings=findings, share=service.share(one), under_way=under_way)
    return page[page.index('<main id="content"') :]


def test_what_was_judged_is_started_or_given_up_and_each_bad_row_is_named() -> None:
    page = shown(imported("checked"))
    for word in (
        "ابدأ التسجيل",
        "ألغِ الملف",
        "المحمول",
        "ليس لتليفون محمول",
        "نزّل الصفوف المرفوضة",
        "/console/desk?after=17",
    ):
        assert word in page
    assert "data-poll" not in page
    assert "no mobile" in shown(imported("checked"), "en")


@pytest.mark.parametrize(
    ("status", "rows", "there", "not_there"),
    [
        ("receiving", 0, "أكمل الإرسال", "ابدأ التسجيل"),
        ("checking", 1000, "data-poll", "<progress"),
        ("running", 2500, 'value="50"', "ألغِ الملف"),
        ("done", 5000, "حمّل الصفوف بعد تصحيحها", "data-poll"),
        ("cancelled", 5000, "أُلغي", "ابدأ التسجيل"),
    ],
)
def test_a_page_shows_how_far_it_has_come(status: ImportStatus, rows: int, there: str, not_there: str) -> None:
    page = shown(imported(status, rows=rows, total_rows=None if status == "checking" else 5000))
    assert there in page
    assert not_there not in page


def test_the_list_names_each_file() -> None:
    page = ImportPage(items=[ImportOut(**imported("running"))], next=new_id()).model_dump(mode="json")
    shares = {one["id"]: service.share(one) for one in page["items"]}
    text = render("imports", "ar", **FRAME, told=page, shares=shares, under_way=True)
    assert "data-poll" in text
    assert 'value="100"' in text
    empty = render("imports", "ar", **FRAME, told={"items": [], "next": None}, shares={}, under_way=False)
    assert "لم يُحمّل أي ملف بعد." in empty


def test_every_column_state_and_content_has_its_words() -> None:
    columns = {name for one in (COLUMNS, *UPDATES.values()) for name in one.names} - {"refused_because"}
    assert {f"column.{name}" for name in {*columns, "row"}} <= set(TEXTS)
    assert {f"content.{one}" for one in Content} <= set(TEXTS)
    assert {service.CITIZENS, *service.OTHERS} == {one.value for one in Content}
    statuses = ImportStatus.__args__  # type: ignore[attr-defined]
    assert {f"import_state.{one}" for one in statuses} <= set(TEXTS)


class Services:
    """Card-service as a test answers for it; `breaks` at a part, refuses a completion."""

    def __init__(self, breaks: int = 0, refuses: bool = False) -> None:
        self.sent: dict[str, bytes] = {}
        self.keys: list[str] = []
        self.paths: list[str] = []
        self.breaks, self.refuses = breaks, refuses

    async def put_part(self, name: str, path: str, part: bytes, *, key: str) -> None:
        if path.endswith(f"/{self.breaks}"):
            raise ServiceSilent(name)
        self.sent[path.rsplit("/", 1)[1]] = part
        self.keys.append(key)

    async def post(self, name: str, path: str, body: Any = None, *, key: str) -> Any:
        self.paths.append(path.rsplit("/", 1)[1])
        self.keys.append(key)
        if body is not None:
            ImportDeclaration.model_validate(body)
            return {"id": "x", "received": [], **body}
        if self.refuses and path.endswith("completion"):
            raise ServiceRefused(name, 422)
        return None


def visit(services: Services) -> Any:
    return SimpleNamespace(services=services)


def upload(services: Services, file: bytes, name: str = "a.csv", **fields: str) -> Upload:
    given = {"content": "citizens", "key": "k", **fields}
    return Upload(Form(visit(services), given), file, name)


async def test_a_file_that_was_cut_off_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PART_BYTES", 4)
    file, broken = b"0123456789", Services(breaks=2)
    told = await service.declare(visit(broken), upload(broken, file, "a.NDJSON"))
    assert (told["parts"], told["form"], told["dry_run"]) == (3, "ndjson", True)
    with pytest.raises(ServiceSilent):
        await service.hand_on(visit(broken), told, file, "k")
    assert (list(broken.sent), "completion" in broken.paths) == (["1"], False)
    whole = Services()
    await service.hand_on(visit(whole), told | {"received": [1]}, file, "k2")
    assert whole.sent == {"2": b"4567", "3": b"89"}
    assert whole.paths == ["completion"]
    assert len(set(whole.keys)) == 3


async def test_a_file_that_is_none_is_given_up_at_once() -> None:
    refusing = Services(refuses=True)
    with pytest.raises(ServiceRefused):
        await service.hand_on(visit(refusing), {"id": "x", "received": []}, b"PK", "k")
    assert refusing.paths == ["completion", "cancellation"]


def test_what_is_wrong_with_a_form_is_named() -> None:
    services = Services()
    assert service.wrong_with(upload(services, b"x"), ("citizens",)) == {}
    assert service.wrong_with(upload(services, b""), ("deaths",)) == {
        "content": "import_content_missing", "file": "import_file_missing",
    }  # fmt: skip
    large = Upload(Form(visit(services), {"content": "citizens"}), b"", "a", too_large=True)
    assert service.wrong_with(large, ("citizens",)) == {"file": "import_too_large"}


async def posted(body: bytes, kind: str = 'multipart/form-data; boundary="xy--z"', piece: int = 7) -> Upload:
    pieces = [body[at : at + piece] for at in range(0, len(body), piece)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0) if pieces else b"", "more_body": bool(pieces)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    return await uploads.upload_of(Request(scope, receive), SimpleNamespace(wrote="t".__eq__))  # type: ignore[arg-type]


def form_of(file: bytes) -> bytes:
    head = b'--xy--z\r\nContent-Disposition: form-data; name="form_token"\r\n\r\nt\r\n'
    named = (
        b'--xy--z\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    return head + named + file + b"\r\n--xy--z--\r\n"


@pytest.mark.parametrize("file", [b"", b"a,b\r\n1,2\r\n", b"\r\n--xy\r\n\r\n--xy--", bytes(range(256))])
async def test_a_form_gives_its_file_as_it_was(file: bytes) -> None:
    found = await posted(form_of(file))
    assert (found.file, found.file_name, found.too_large) == (file, "a.csv", False)


async def test_a_file_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "FILE_BYTES", 100)
    assert (await posted(form_of(b"x" * 101))).too_large
    found = await posted(form_of(b"x" * 200_000), piece=10_000)
    assert (found.too_large, found.file) == (True, b"")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=other"])
async def test_what_is_no_form_of_ours_is_refused(kind: str) -> None:
    with pytest.raises(FormStale):
        await posted(form_of(b"x"), kind)

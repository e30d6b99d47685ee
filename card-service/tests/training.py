"""Courses and seminars for tests: some of each, and the calls that a stranger tries on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chassis.clock import business_day
from chassis.ids import new_id
from chassis.testing_walk import Call

if TYPE_CHECKING:
    from .conftest import Office

WRITE = "rollout:write"
PLACE = {"governorate": "03", "district": "03.02"}


def course_body(**changed: Any) -> dict[str, Any]:
    """A course of today for shopkeepers of Port Said."""
    return {
        "audience": "shopkeepers", "title_ar": "صرف الخبز بالكارت الموحد", "place_ar": "مكتب التموين",
        "trainer": "ministry of supply", "held_on": f"{business_day(datetime.now(UTC))}", "seats": 30,
        **PLACE, **changed,
    }  # fmt: skip


def seminar_body(hours: float = 24, **changed: Any) -> dict[str, Any]:
    """A seminar in Port Said, some hours from now."""
    return {
        "title_ar": "تعرف على الكارت الموحد", "title_en": "Know your card", "place_ar": "مركز الشباب",
        "place_en": "Youth centre", "starts_at": (datetime.now(UTC) + timedelta(hours=hours)).isoformat(), "seats": 10,
        **PLACE, **changed,
    }  # fmt: skip


async def course(office: Office, **changed: Any) -> dict[str, Any]:
    """A course that is entered."""
    made: dict[str, Any] = await office.call("POST", "/v1/courses", WRITE, json=course_body(**changed))
    return made


async def seminar(office: Office, hours: float = 24, **changed: Any) -> dict[str, Any]:
    """A seminar that is entered."""
    body = seminar_body(hours, **changed)
    made: dict[str, Any] = await office.call("POST", "/v1/seminars", WRITE, json=body)
    return made


async def outlet(office: Office, staff: int = 2, **changed: Any) -> str:
    """An outlet whose staff are to be trained: its id."""
    place = str(new_id())
    body = {"place_kind": "outlet", "staff": staff, **PLACE, **changed}
    await office.call("PUT", f"/v1/staff-to-train/{place}", WRITE, json=body)
    return place


async def joined(office: Office, of: dict[str, Any], place: str, staff_name: str) -> str:
    """A shopkeeper who takes part in a course: the participant's id."""
    body = {"place_id": place, "staff_name": staff_name}
    made = await office.call("POST", f"/v1/courses/{of['course_id']}/participants", WRITE, json=body, expect=201)
    return str(made["participant_id"])


async def readiness(office: Office) -> dict[str, Call | list[Call]]:
    """The calls of courses and seminars."""
    place, one, other = await outlet(office), await course(office), await course(office)
    participant = await joined(office, one, place, "سعيد محمود")
    meant, off, later = [await seminar(office) for _ in range(3)]
    held = await seminar(office)
    await office.fetch(
        "UPDATE seminar SET starts_at = now() - interval '1 hour' WHERE seminar_id = $1", held["seminar_id"]
    )
    courses, seminars, staff = "/v1/courses", "/v1/seminars", "/v1/staff-to-train"
    path, of = f"{courses}/{one['course_id']}", f"{courses}/{{course_id}}"
    at, its = f"{seminars}/{meant['seminar_id']}", f"{seminars}/{{seminar_id}}"
    somebody: dict[str, Any] = {"json": {"place_id": place, "staff_name": "حسن علي"}}
    said: dict[str, Any] = {"json": {"place_kind": "outlet", "staff": 3, **PLACE}}
    return {
        f"POST {courses}": Call(courses, WRITE, refused=403, body={"json": course_body()}),
        f"GET {courses}": Call(f"{courses}?limit=200", WRITE, refused=200, mark=one["course_id"]),
        f"GET {of}": Call(path, WRITE),
        f"POST {of}/cancellation": Call(f"{courses}/{other['course_id']}/cancellation", WRITE),
        f"GET {of}/participants": Call(f"{path}/participants", WRITE),
        f"POST {of}/participants": Call(f"{path}/participants", WRITE, body=somebody),
        f"PUT {of}/participants/{{participant_id}}/result": Call(
            f"{path}/participants/{participant}/result", WRITE, body={"json": {"result": "passed"}}
        ),
        f"PUT {staff}/{{place_id}}": Call(f"{staff}/{place}", WRITE, refused=403, body=said),
        f"GET {staff}": Call(f"{staff}?limit=1000", WRITE, refused=200, mark=place),
        "GET /v1/readiness/{governorate}": Call("/v1/readiness/03", WRITE, refused=403),
        f"POST {seminars}": Call(seminars, WRITE, refused=403, body={"json": seminar_body()}),
        f"GET {seminars}": Call(f"{seminars}?limit=200", WRITE, refused=200, mark=meant["seminar_id"]),
        f"GET {its}": Call(at, WRITE),
        f"POST {its}/invitations": Call(f"{at}/invitations", WRITE, body={"json": {"count": 1}}),
        f"POST {its}/sign-ups": Call(
            f"{seminars}/{later['seminar_id']}/sign-ups", "cards:report", body={"json": {"people": 1}}
        ),
        f"PUT {its}/attendance": Call(
            f"{seminars}/{held['seminar_id']}/attendance", WRITE, body={"json": {"attended": 4}}
        ),
        f"POST {its}/cancellation": Call(f"{seminars}/{off['seminar_id']}/cancellation", WRITE),
    }

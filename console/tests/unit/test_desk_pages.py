"""Pages of the desk that answers citizens, of what the service really answers with: no member is misspelt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from notify_service.complaints.lifecycle import Act
from notify_service.complaints.models import Level, State
from notify_service.complaints.schemas import ComplaintWithSteps, StepOut
from notify_service.messages.schemas import LogEntry
from notify_service.questions.models import State as QuestionState
from notify_service.questions.schemas import QuestionWithTexts, TextOut
from staff_console.complaints.answers import of_category
from staff_console.pages import render
from staff_console.services.parts import Part

from . import frame

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ME, OTHER = "person:me", "person:other"
FRAME = frame.FRAME | {"me": ME, "categories": []}


def complaint(**changes: Any) -> dict[str, Any]:
    steps = [
        StepOut(step=1, act="enter", who="citizen:1", at=NOW, category="card", level=Level.NATION, text="لم يصل"),
        StepOut(step=2, act="escalate", who="unicard", at=NOW, category="card", level=Level.NATION, text=None),
    ]
    told: dict[str, Any] = {
        "complaint_id": new_id(), "number": 7, "citizen_id": new_id(), "governorate": "03", "category": "card",
        "channel": "sms", "about": None, "about_id": None, "state": State.OPEN, "level": Level.NATION, "late": True,
        "entered_at": NOW, "due_at": NOW, "claimed_by": ME, "claimed_until": NOW, "answered_at": None, "reopened": 1,
        "appealed": True, "acts": [Act.ANSWER], "steps": steps,
    }  # fmt: skip
    return ComplaintWithSteps(**told | changes).model_dump(mode="json")


def beside() -> dict[str, Part]:
    message = LogEntry(
        id=new_id(), citizen_id=new_id(), template="complaint_taken", status="delivered", reason=None, to=None,
        language="ar", text=None, created_at=NOW, states=[],
    )  # fmt: skip
    return {
        "messages": Part("there", NOW, {"items": [message.model_dump(mode="json")]}),
        "others": Part("there", NOW, {"items": [complaint()]}),
        "cards": Part("silent", NOW),
    }


def shown(template: str, **facts: Any) -> str:
    page = render(template, "ar", **{**FRAME, "parts": beside(), "ready": of_category("card"), **facts})
    return page[page.index('<main id="content"') :]


@pytest.mark.parametrize(
    ("held", "there", "not_there"),
    [
        ("me", "أرسل الرد", "خذ الشكوى"),
        ("nobody", "خذ الشكوى", "أرسل الرد"),
        ("other", "يعمل زميل آخر عليها الآن", "أرسل الرد"),
    ],
)
def test_a_complaint_is_answered_by_whoever_has_taken_it(held: str, there: str, not_there: str) -> None:
    page = shown("complaint", complaint=complaint(), held=held, answers=True, enters=True)
    assert there in page
    assert not_there not in page
    assert "رقم الشكوى وموعد الرد" in page  # of the message's template
    assert "لا يجيب الآن" in page


def test_an_answered_complaint_may_be_opened_again() -> None:
    answered = complaint(state=State.ANSWERED, acts=[Act.REOPEN], claimed_by=None, claimed_until=None)
    page = shown("complaint", complaint=answered, held="nobody", answers=True, enters=True)
    assert "أعد فتحها" in page
    assert "سجّل تظلّماً" not in page


def test_a_question_shows_who_said_what() -> None:
    texts = [TextOut(who="citizen", at=NOW, text="العيش"), TextOut(who=OTHER, at=NOW, text="غداً")]
    question = QuestionWithTexts(
        question_id=new_id(), citizen_id=new_id(), governorate=None, state=QuestionState.OPEN, late=False, asked_at=NOW,
        due_at=NOW, claimed_by=OTHER, claimed_until=NOW, ended_by=None, ended_at=None, complaint_id=None, texts=texts,
    ).model_dump(mode="json")  # fmt: skip
    page = shown("question", question=question, held="me")
    assert "أغلقه بلا رد" in page
    assert page.index("المواطن") < page.index("الموظف")

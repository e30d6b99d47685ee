"""The life of a complaint: its states, the acts that lead from one to another, and who is left to act. Pure.

open ─ answer ─► answered ─ close ─► closed
  ▲ claim, hand on, escalate │
  └───── reopen, appeal ─────┘
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from notify_service.complaints.models import Complaint, Level, State
from notify_service.rules import ComplaintRules


class Act(StrEnum):
    """What may be done with a complaint."""

    ENTER = "enter"
    CLAIM = "claim"
    ADD = "add"
    HAND_ON = "hand_on"
    ESCALATE = "escalate"
    ANSWER = "answer"
    REOPEN = "reopen"
    APPEAL = "appeal"
    CLOSE = "close"


BY_ITSELF: Final = frozenset({Act.ESCALATE, Act.CLOSE})  # what nobody does but the service
MOVES: Final[Mapping[tuple[State, Act], State]] = {
    (State.OPEN, Act.CLAIM): State.OPEN,
    (State.OPEN, Act.ADD): State.OPEN,
    (State.OPEN, Act.HAND_ON): State.OPEN,
    (State.OPEN, Act.ESCALATE): State.OPEN,
    (State.OPEN, Act.ANSWER): State.ANSWERED,
    (State.ANSWERED, Act.REOPEN): State.OPEN,
    (State.ANSWERED, Act.APPEAL): State.OPEN,
    (State.ANSWERED, Act.CLOSE): State.CLOSED,
}


def is_late(complaint: Complaint, now: datetime) -> bool:
    """Whether it should have been answered by now."""
    return complaint.state is State.OPEN and complaint.due_at <= now


def claimed_by(complaint: Complaint, now: datetime) -> str | None:
    """Who has claimed it; a claim whose time is over binds nobody."""
    until = complaint.claimed_until
    return complaint.claimed_by if until is not None and until > now else None


def acts(complaint: Complaint, rules: ComplaintRules, now: datetime) -> list[Act]:
    """What may be done with it now, by those whose turn it is."""
    possible = [act for (state, act), _ in MOVES.items() if state is complaint.state]
    return [act for act in possible if _holds(act, complaint, rules, now)]


def _holds(act: Act, complaint: Complaint, rules: ComplaintRules, now: datetime) -> bool:
    if act is Act.ESCALATE:
        return is_late(complaint, now) and complaint.level is not Level.NATION
    if act is Act.REOPEN:
        return complaint.reopened < rules.reopenings
    if act is Act.APPEAL:
        return not complaint.appealed
    if act is Act.CLOSE:
        return complaint.answered_at is not None and complaint.answered_at + rules.answer_stands <= now
    return True

"""The kinds of change requests, and in which states one is. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RequestKind(StrEnum):
    """What a request asks for."""

    NEWBORN = "newborn"
    ADMISSION = "admission"
    DEATH = "death"
    REMOVAL = "removal"
    MARRIAGE = "marriage"
    DIVORCE = "divorce"
    SPLIT = "split"
    MERGE = "merge"
    HEAD_CHANGE = "head_change"
    MOVE = "move"
    CORRECT_NAME = "correct_name"
    CORRECT_NATIONAL_ID = "correct_national_id"
    FREE_NATIONAL_ID = "free_national_id"
    CORRECT_BIRTH = "correct_birth"
    CORRECT_SEX = "correct_sex"
    CORRECT_ADDRESS = "correct_address"
    MOBILE = "mobile"
    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    HOUSEHOLD_END = "household_end"


class State(StrEnum):
    """Where a request stands."""

    UNPROVEN = "unproven"  # the codes for another mobile have not come back yet
    WAITING = "waiting"  # for a decision
    ANNOUNCED = "announced"  # decided, and told; takes effect on a day to come
    DONE = "done"  # carried out
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # nobody has decided, or proven, in time


UNDECIDED: Final = frozenset({State.UNPROVEN, State.WAITING})
OPEN: Final = UNDECIDED | {State.ANNOUNCED}


class Appeal(StrEnum):
    """Where an appeal against a decision stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Did(StrEnum):
    """What somebody did with a request."""

    ENTERED = "entered"
    AMENDED = "amended"
    EVIDENCE = "evidence_added"
    PROVEN = "proven"
    ESCALATED = "escalated"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    APPEALED = "appealed"
    APPEAL_WON = "appeal_won"
    APPEAL_LOST = "appeal_lost"
    OBJECTED = "objected"

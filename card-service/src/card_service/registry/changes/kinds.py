"""The kinds of changes of the register. Each has a rule from which month on it counts (policy `change.effective`)."""

from __future__ import annotations

from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened to a person or household, or was decided on it."""

    NEWBORN = "newborn"
    MARRIAGE = "marriage"
    INCLUDED = "included"
    DEATH = "death"
    DIVORCE = "divorce"
    REMOVED = "removed"
    SPLIT = "split"
    MERGED = "merged"
    HEAD_CHANGED = "head_changed"
    MOVED = "moved"
    TRANSFERRED = "transferred"
    CORRECTED = "corrected"
    MOBILE_CHANGED = "mobile_changed"
    PROGRAMME_EXCLUDED = "programme_excluded"
    PROGRAMME_INCLUDED = "programme_included"
    REINSTATED = "reinstated"
    ENDED = "ended"

"""DDL of the ends of what was decided on persons' rights, for every service."""

from __future__ import annotations

from chassis.processing.endings import RESTRICTIONS_END
from chassis.retention_ddl import HELD_BACK, ending_ddl


def rights_ending_ddl() -> list[str]:
    """For every service: who is held back, and the ends of what was decided on persons' rights."""
    own = "(t.citizen_id IN (SELECT b.citizen_id FROM held_back b))"
    return [
        HELD_BACK,
        *ending_ddl(RESTRICTIONS_END, "coalesce(t.lifted_at, t.ends_on::timestamptz) < {before}", own, 12),
        *ending_ddl("DELETE FROM erased_person", "t.erased_at < {before}", own, 12),
    ]

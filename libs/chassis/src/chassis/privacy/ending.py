"""DDL of the ends of what was decided on persons' rights, for every service."""

from __future__ import annotations

from chassis.processing.endings import HOLDS_END, RESTRICTIONS_END
from chassis.retention_ddl import HELD_BACK, TODAY, ending_ddl


def rights_ending_ddl() -> list[str]:
    """For every service: who is held back, and the ends of what was decided on persons' rights."""
    own = "(t.citizen_id IN (SELECT b.citizen_id FROM held_back b))"
    return [
        HELD_BACK,
        *ending_ddl(RESTRICTIONS_END, "coalesce(t.lifted_at, t.ends_on::timestamptz) < {before}", own, 12),
        *ending_ddl("DELETE FROM erased_person", "t.erased_at < {before}", own, 12),
    ]


def legal_holds_ddl(*more: str) -> list[str]:
    """For every service, later: data under a legal hold are held back too. `more`: queries of others who are."""
    restricted = HELD_BACK.partition(" AS ")[2]
    held = f"SELECT citizen_id FROM legal_hold WHERE until > {TODAY}"  # noqa: S608 - words of this module alone
    return [
        "CREATE TABLE legal_hold (hold_id uuid PRIMARY KEY, citizen_id uuid NOT NULL, until date NOT NULL)",
        "CREATE INDEX legal_hold_citizen ON legal_hold (citizen_id)",
        "CREATE OR REPLACE VIEW held_back AS " + " UNION ".join((restricted, held, *more)),
        *ending_ddl(HOLDS_END, "t.until::timestamptz < {before}", "false", 12),
    ]

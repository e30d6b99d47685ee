"""Courses for staff, awareness seminars, and who is to be trained."""

from __future__ import annotations

from alembic import op

from chassis.migrations import ending_ddl

revision = "0051"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE course (
        course_id uuid PRIMARY KEY,
        audience text NOT NULL CHECK (audience IN ('counter_staff', 'shopkeepers')),
        title_ar text NOT NULL,
        governorate text NOT NULL,
        district text NOT NULL,
        place_ar text NOT NULL,
        trainer text NOT NULL,
        held_on date NOT NULL,
        seats integer NOT NULL CHECK (seats > 0),
        taken integer NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND seats),
        state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'cancelled')),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE course_participant (
        participant_id uuid PRIMARY KEY,
        course_id uuid NOT NULL REFERENCES course,
        place_kind text NOT NULL CHECK (place_kind IN ('site', 'outlet')),
        place_id uuid NOT NULL,
        person_id uuid,                     -- of the gateway
        name_sealed bytea,                  -- of an outlet's staff
        mark bytea NOT NULL,
        result text CHECK (result IN ('passed', 'failed')),
        valid_until date,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        result_by text,
        result_at timestamptz,
        UNIQUE (course_id, mark),
        CHECK ((person_id IS NULL) <> (name_sealed IS NULL)),
        CHECK ((valid_until IS NOT NULL) = (result IS NOT DISTINCT FROM 'passed'))
    )
    """,
    "CREATE INDEX course_participant_place ON course_participant (place_id)",
    """
    CREATE TABLE staff_to_train (
        place_id uuid PRIMARY KEY,
        place_kind text NOT NULL CHECK (place_kind IN ('site', 'outlet')),
        governorate text NOT NULL,
        district text NOT NULL,
        staff integer NOT NULL CHECK (staff >= 0),
        said_by text NOT NULL,
        said_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX staff_to_train_governorate ON staff_to_train (governorate, place_id)",
    """
    CREATE TABLE seminar (
        seminar_id uuid PRIMARY KEY,
        title_ar text NOT NULL,
        title_en text NOT NULL,
        governorate text NOT NULL,
        district text NOT NULL,
        place_ar text NOT NULL,
        place_en text NOT NULL,
        starts_at timestamptz NOT NULL,
        seats integer NOT NULL CHECK (seats > 0),
        signed_up integer NOT NULL DEFAULT 0 CHECK (signed_up BETWEEN 0 AND seats),
        attended integer CHECK (attended >= 0),
        wanted integer NOT NULL DEFAULT 0,
        invited integer NOT NULL DEFAULT 0 CHECK (invited BETWEEN 0 AND wanted),
        state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'held', 'cancelled')),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        CHECK ((attended IS NOT NULL) = (state = 'held'))
    )
    """,
    "CREATE INDEX seminar_inviting ON seminar (seminar_id) WHERE state = 'planned' AND invited < wanted",
    """
    CREATE TABLE seminar_invitation (
        invitation_id uuid PRIMARY KEY,
        seminar_id uuid NOT NULL REFERENCES seminar,
        citizen_id uuid NOT NULL,
        household_id uuid NOT NULL,
        invited_at timestamptz NOT NULL,
        UNIQUE (seminar_id, citizen_id)
    )
    """,
    "CREATE INDEX seminar_invitation_citizen ON seminar_invitation (citizen_id, invited_at)",
    "CREATE INDEX seminar_invitation_age ON seminar_invitation (invited_at)",
    *ending_ddl(
        "DELETE FROM seminar_invitation",
        "t.invited_at < {before}",
        "t.citizen_id IN (SELECT b.citizen_id FROM held_back b)",
        12,
    ),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)

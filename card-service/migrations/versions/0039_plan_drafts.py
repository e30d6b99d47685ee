"""Plans of several weeks that are looked at before they start, their load by hour, and reminders of the day before."""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0051"
branch_labels = None
depends_on = None

TABLES = [
    """
    ALTER TABLE pickup_plan
        DROP CONSTRAINT pickup_plan_status_check,
        ADD CONSTRAINT pickup_plan_status_check
            CHECK (status IN ('queued', 'running', 'done', 'failed', 'drafting', 'draft', 'dropped')),
        ADD COLUMN weeks smallint NOT NULL DEFAULT 1 CHECK (weeks >= 1),
        -- of whom the draft had a place for; NULL for plans that were not looked at first
        ADD COLUMN drafted integer CHECK (drafted >= 0),
        ADD COLUMN started_by text,
        ADD COLUMN started_at timestamptz,
        ADD COLUMN dropped_by text,
        ADD COLUMN dropped_at timestamptz,
        ADD COLUMN households integer NOT NULL DEFAULT 0,
        ADD COLUMN together integer NOT NULL DEFAULT 0,
        ADD COLUMN other_district integer NOT NULL DEFAULT 0,
        ADD COLUMN elderly integer NOT NULL DEFAULT 0,
        ADD COLUMN elderly_quiet integer NOT NULL DEFAULT 0,
        ADD COLUMN measured integer NOT NULL DEFAULT 0,
        ADD COLUMN metres bigint NOT NULL DEFAULT 0,
        ADD CONSTRAINT dropped_plans_say_who
            CHECK ((status = 'dropped') = (dropped_at IS NOT NULL) AND (dropped_by IS NULL) = (dropped_at IS NULL))
    """,
    # A site's hours may change while a plan is under way: what was planned there is bounded by its slots alone.
    "ALTER TABLE pickup_plan_site DROP CONSTRAINT pickup_plan_site_check",
    """
    CREATE TABLE pickup_plan_load (
        plan_id uuid NOT NULL REFERENCES pickup_plan,
        site_id uuid NOT NULL REFERENCES pickup_site,
        starts_at timestamptz NOT NULL,
        citizens integer NOT NULL CHECK (citizens >= 1),
        PRIMARY KEY (plan_id, site_id, starts_at)
    )
    """,
    # Who is reminded the day before; what was there before this revision is told, too.
    "ALTER TABLE appointment ADD COLUMN reminded boolean NOT NULL DEFAULT false",
    "CREATE INDEX appointment_to_remind ON appointment (starts_at, appointment_id)"
    " WHERE state = 'scheduled' AND NOT reminded",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)

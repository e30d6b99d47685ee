"""Trials on sample units, and which households are of one."""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0056"
branch_labels = None
depends_on = None

CHANGES = [
    """
    CREATE TABLE trial (
        trial_id uuid PRIMARY KEY,
        name text NOT NULL,
        governorate text NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL,
        closed_by text,
        closed_at timestamptz,
        UNIQUE (governorate, name),
        CHECK ((closed_at IS NULL) = (state = 'open'))
    )
    """,
    """
    CREATE TABLE trial_unit (
        trial_id uuid NOT NULL REFERENCES trial,
        unit_kind text NOT NULL CHECK (unit_kind IN ('outlet', 'provider', 'site')),
        unit_id uuid NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        PRIMARY KEY (trial_id, unit_id)
    )
    """,
    """
    CREATE TABLE trial_number (
        trial_id uuid NOT NULL REFERENCES trial,
        mobile_hash bytea NOT NULL CHECK (octet_length(mobile_hash) = 32),
        PRIMARY KEY (trial_id, mobile_hash)
    )
    """,
    """
    CREATE TABLE trial_check (
        check_id uuid PRIMARY KEY,
        trial_id uuid NOT NULL REFERENCES trial,
        step text NOT NULL,
        result text NOT NULL CHECK (result IN ('passed', 'failed')),
        note text NOT NULL,
        seen_by text NOT NULL,
        seen_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX trial_check_trial ON trial_check (trial_id)",
    # No reference back from the trial: a household is of one from its registration on, or of none for ever.
    "ALTER TABLE household ADD COLUMN trial_id uuid",
    "CREATE INDEX household_trial ON household (trial_id) WHERE trial_id IS NOT NULL",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in CHANGES:
        op.execute(statement)

"""Dry runs of campaigns: counted step by step, however many citizens are looked at."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0047"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE campaign_dry_run (
        dry_run_id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES campaign,
        state text NOT NULL CHECK (state IN ('counting', 'done', 'outdated')),
        after uuid,                        -- the last citizen that was looked at, while it counts
        looked_at bigint NOT NULL DEFAULT 0,
        expected bigint NOT NULL,          -- about so many are to be looked at
        counts jsonb NOT NULL DEFAULT '{}',  -- citizens by fate and language
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        ended_at timestamptz,
        CHECK ((state = 'counting') = (ended_at IS NULL))
    )
    """,
    "CREATE INDEX campaign_dry_run_counting ON campaign_dry_run (dry_run_id) WHERE state = 'counting'",
    "CREATE INDEX campaign_dry_run_latest ON campaign_dry_run (campaign_id, dry_run_id)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

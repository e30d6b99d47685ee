"""Which cards an activation has changed, how fast it goes, and activations that are taken back."""

from __future__ import annotations

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    ALTER TABLE activation
        ADD COLUMN cohort integer CHECK (cohort >= 0),       -- cards to go through, counted when it began
        ADD COLUMN started_at timestamptz,
        ADD COLUMN advanced_at timestamptz
    """,
    """
    CREATE TABLE activated_card (
        activation_id uuid NOT NULL REFERENCES activation,
        card_id uuid NOT NULL,
        added text[] NOT NULL CHECK (added <@ ARRAY['supply', 'health', 'payment']),
        PRIMARY KEY (activation_id, card_id)
    )
    """,
    "CREATE INDEX activated_card_card ON activated_card (card_id)",
    """
    CREATE TABLE taking_back (
        activation_id uuid PRIMARY KEY REFERENCES activation,
        reason text NOT NULL CHECK (reason <> ''),
        proposal_id uuid NOT NULL UNIQUE,
        approved_by text NOT NULL CHECK (approved_by <> ''),
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
        done_card uuid,
        taken_back integer NOT NULL DEFAULT 0 CHECK (taken_back >= 0),
        left_alone integer NOT NULL DEFAULT 0 CHECK (left_alone >= 0),   -- ended or replaced since, or without them
        attempts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT ended_takings_have_an_end CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL))
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

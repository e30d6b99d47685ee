"""Parts handed over to providers that do not know our references; what may have been sent twice."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0041"
branch_labels = None
depends_on = None

STATEMENTS = [
    # Added with a constant: no row is rewritten.
    "ALTER TABLE message ADD COLUMN possibly_repeated boolean NOT NULL DEFAULT false",
    """
    CREATE TABLE message_part (
        message_id uuid NOT NULL REFERENCES message (id) ON DELETE CASCADE,
        attempt smallint NOT NULL,
        part smallint NOT NULL CHECK (part > 0),
        provider text NOT NULL,
        provider_id text,                 -- as receipts find it; none while no answer has come
        state text NOT NULL DEFAULT 'handed' CHECK (state IN ('handed', 'taken', 'delivered', 'failed')),
        reason text,
        handed_at timestamptz NOT NULL,
        ended_at timestamptz,
        PRIMARY KEY (message_id, attempt, part),
        CHECK (state = 'handed' OR provider_id IS NOT NULL),
        CHECK ((state IN ('delivered', 'failed')) = (ended_at IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX message_part_by_provider_id ON message_part (provider_id, provider) WHERE provider_id IS NOT NULL",
    """
    CREATE TABLE early_receipt (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        provider text NOT NULL,
        provider_ids text[] NOT NULL,     -- what the part may be found by, best first
        state text NOT NULL CHECK (state IN ('delivered', 'failed')),
        reason text,
        at timestamptz NOT NULL,
        UNIQUE (provider, provider_ids, state)
    )
    """,
    "CREATE INDEX early_receipt_age ON early_receipt (at)",
    """
    CREATE TABLE provider_pace (
        provider text PRIMARY KEY,
        tokens double precision NOT NULL,
        refilled_at timestamptz NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Sales that were refused, counted, and which days were told to whoever judges the roll-out."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE sale_refusal (
        day date NOT NULL,
        terminal_id uuid NOT NULL,
        code text NOT NULL,
        refused integer NOT NULL CHECK (refused > 0),
        PRIMARY KEY (terminal_id, day, code)
    )
    """,
    """
    CREATE TABLE day_summary (
        business_day date PRIMARY KEY,
        after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',     -- the last outlet that was told of
        outlets integer NOT NULL DEFAULT 0,
        started_at timestamptz NOT NULL,
        finished_at timestamptz
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Missing sales of terminals' chains, and who goes after them."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE offline_gap (
        gap_id uuid PRIMARY KEY,
        terminal_id uuid NOT NULL,
        outlet_id uuid NOT NULL,
        key integer NOT NULL,                   -- of the terminal's keys: terminal_key.number
        first bigint NOT NULL CHECK (first > 0),
        last bigint NOT NULL CHECK (last >= first),
        found_at timestamptz NOT NULL,
        followed_by text,
        followed_at timestamptz,
        note text,
        UNIQUE (terminal_id, key, first),
        CHECK ((followed_by IS NULL) = (followed_at IS NULL))
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

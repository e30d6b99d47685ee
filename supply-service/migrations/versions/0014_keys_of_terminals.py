"""Terminals keep the keys they had: a key that was replaced holds for what it signed until then, and has its own chain."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE terminal_key (
        terminal_id uuid NOT NULL,
        number integer NOT NULL CHECK (number >= 0),   -- of its chain: the terminal's first key has 0
        public_key text NOT NULL,
        began_at timestamptz NOT NULL,
        ended_at timestamptz,                          -- when another took its place; none while it is in use
        PRIMARY KEY (terminal_id, number)
    )
    """,
    "CREATE UNIQUE INDEX terminal_key_in_use ON terminal_key (terminal_id) WHERE ended_at IS NULL",
    """
    INSERT INTO terminal_key (terminal_id, number, public_key, began_at)
    SELECT terminal_id, 0, public_key, registered_at FROM terminal WHERE public_key IS NOT NULL
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

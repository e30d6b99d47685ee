"""How far the month's search for households that draw nothing has come."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE unused_search (
        period date PRIMARY KEY CHECK (extract(day FROM period) = 1),
        after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',  -- households up to here are looked at
        looked_at bigint NOT NULL DEFAULT 0 CHECK (looked_at >= 0),
        told bigint NOT NULL DEFAULT 0 CHECK (told >= 0),
        started_at timestamptz NOT NULL,
        finished_at timestamptz
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Terminals and outlets are suspended from an instant until another: what was sold in between is found by that."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE outlet ADD COLUMN suspended_at timestamptz, ADD COLUMN suspension_reason text,"
    " ADD CONSTRAINT outlet_suspended CHECK ((suspended_at IS NULL) = (suspension_reason IS NULL))",
    # One row for each time; ended_at is null while it lasts. What the version before this one suspends has none.
    """
    CREATE TABLE suspension (
        subject_id uuid NOT NULL,               -- a terminal or an outlet
        began_at timestamptz NOT NULL,
        ended_at timestamptz CHECK (ended_at >= began_at),
        PRIMARY KEY (subject_id, began_at)
    )
    """,
    "CREATE UNIQUE INDEX suspension_lasting ON suspension (subject_id) WHERE ended_at IS NULL",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

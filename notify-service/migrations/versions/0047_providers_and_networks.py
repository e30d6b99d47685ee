"""By which provider a message went, to a number of which network; how many draws a day had."""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE message ADD COLUMN provider text, ADD COLUMN network text",
    """
    CREATE TABLE draws_of_day (
        governorate text NOT NULL,
        business_day date NOT NULL,
        draws bigint NOT NULL CHECK (draws > 0),
        PRIMARY KEY (governorate, business_day)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

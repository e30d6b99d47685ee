"""What supply-service tells of months drawn after a death, for whoever decides the claim."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE drawn_after_death (
        change_id uuid PRIMARY KEY REFERENCES register_change,
        household_id uuid NOT NULL REFERENCES household,
        citizen_id uuid NOT NULL REFERENCES citizen,
        amounts jsonb NOT NULL,
        told_at timestamptz NOT NULL
    )
    """,
    "ALTER TABLE months_claim ADD COLUMN amounts jsonb",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Cards that inspectors found with a trader; a finding ends with the decisions of its time."""

from __future__ import annotations

from alembic import op

from chassis.migrations import ending_ddl

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE card_finding (
        finding_id uuid PRIMARY KEY,
        card_id uuid NOT NULL REFERENCES card,
        household_id uuid NOT NULL REFERENCES household,
        outlet_id uuid,
        found_on date NOT NULL,
        place_sealed bytea NOT NULL,
        report text NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        UNIQUE (card_id, found_on, report)
    )
    """,
    "CREATE INDEX card_finding_household ON card_finding (household_id, found_on)",
    "CREATE INDEX card_finding_age ON card_finding (entered_at)",
    *ending_ddl(
        "DELETE FROM card_finding",
        "t.entered_at < {before}",
        "t.card_id IN (SELECT h.card_id FROM card h JOIN held_back b USING (citizen_id))",
        12,
    ),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)

"""National ids that were written wrongly of somebody, and are free for whose they really are."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE freed_national_id (
        citizen_id uuid NOT NULL,
        national_id_hash bytea NOT NULL,
        change_id uuid NOT NULL REFERENCES register_change,
        PRIMARY KEY (citizen_id, national_id_hash),
        FOREIGN KEY (citizen_id, national_id_hash) REFERENCES former_national_id
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

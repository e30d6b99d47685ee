"""What was drawn after a death counts flour, too."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE drawn_after_death DROP CONSTRAINT drawn_after_death_programme_check",
    "ALTER TABLE drawn_after_death ADD CONSTRAINT drawn_after_death_programme_check"
    " CHECK (programme IN ('bread', 'goods', 'flour')) NOT VALID",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""What is looked into is kept: legal holds, of which the gateway tells."""

from alembic import op

from chassis.privacy.ending import legal_holds_ddl

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Those that were decided before hold here; they are short, and told nobody.
MORE = [
    "INSERT INTO legal_hold (hold_id, citizen_id, until) SELECT delay_id, citizen_id, until FROM disclosure_delay"
    " WHERE decided_by IS NOT NULL AND until > (now() AT TIME ZONE 'Africa/Cairo')::date"
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*legal_holds_ddl(), *MORE):
        op.execute(statement)

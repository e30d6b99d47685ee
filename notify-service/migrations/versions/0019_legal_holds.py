"""What is looked into is kept: legal holds, of which the gateway tells."""

from alembic import op

from chassis.privacy.ending import legal_holds_ddl

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in legal_holds_ddl():
        op.execute(statement)

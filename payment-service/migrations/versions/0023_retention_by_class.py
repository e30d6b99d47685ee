"""What is past its time ends by functions of the owner; whoever is held back from it."""

from alembic import op

from chassis.privacy.ending import rights_ending_ddl

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in rights_ending_ddl():
        op.execute(statement)

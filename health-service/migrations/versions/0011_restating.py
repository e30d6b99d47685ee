"""State told again, by this service and to it."""

from alembic import op

from chassis.restating.ddl import restating_ddl

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in restating_ddl():
        op.execute(statement)

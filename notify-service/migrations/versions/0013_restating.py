"""State told again, by this service and to it; contacts from before 0004 lack their governorate."""

from alembic import op

from chassis.restating.ddl import lacking, restating_ddl

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in restating_ddl():
        op.execute(statement)
    op.execute(
        lacking("contacts", 1, "the governorate of contacts", "EXISTS (SELECT FROM contact WHERE governorate IS NULL)")
    )

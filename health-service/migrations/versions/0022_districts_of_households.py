"""A household's district is known here, too: whoever is bound to one reads the families of that one."""

from alembic import op

from chassis.restating.ddl import lacking

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute("ALTER TABLE household ADD COLUMN district text")
    op.execute(lacking("households", 3, "the district of households", "EXISTS (SELECT FROM household)"))

"""The outbox's partitions are made and dropped by functions of the owner; the service's role makes no tables."""

from alembic import op
from chassis.migrations import definer, outbox_functions_ddl

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Statistics are the owner's to make.
ANALYSE = definer("analyse_plan_tables() RETURNS void", "BEGIN ANALYZE card, appointment, pickup_slot; END")


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*outbox_functions_ddl(), ANALYSE):
        op.execute(statement)

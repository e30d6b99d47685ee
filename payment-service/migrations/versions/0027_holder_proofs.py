"""Nothing leaves a wallet without the holder's proof: card-service's keys as they were last known."""

from alembic import op

from chassis.holder_proofs.ddl import holder_proof_ddl

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in holder_proof_ddl():
        op.execute(statement)

"""A visit needs the proof that the card's holder is there: card-service's keys, and which proofs are used."""

from alembic import op

from chassis.holder_proofs.ddl import holder_proof_ddl

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in holder_proof_ddl():
        op.execute(statement)

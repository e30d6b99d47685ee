"""Files of other registries: what a file is about, and as whom its rows are entered."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# `due` is a state that the version before this one does not take on: it would read the file as one of citizens.
STATEMENTS = [
    """
    ALTER TABLE import_job
        ADD COLUMN content text NOT NULL DEFAULT 'citizens' CHECK (content <> ''),
        ADD COLUMN sender text,
        DROP CONSTRAINT import_job_status_check,
        ADD CONSTRAINT import_job_status_check
            CHECK (status IN ('receiving', 'queued', 'running', 'due', 'done', 'failed')),
        ADD CONSTRAINT rows_of_another_registry_have_a_sender CHECK (content = 'citizens' OR sender IS NOT NULL)
    """,
    "CREATE INDEX import_job_due ON import_job (import_id) WHERE status = 'due'",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

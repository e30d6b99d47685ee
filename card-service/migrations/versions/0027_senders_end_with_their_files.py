"""As whom a file's rows are entered is kept until the file is done, and no longer."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute(
        """
        ALTER TABLE import_job
            DROP CONSTRAINT rows_of_another_registry_have_a_sender,
            ADD CONSTRAINT rows_of_another_registry_have_a_sender
                CHECK (content = 'citizens' OR sender IS NOT NULL OR finished_at IS NOT NULL)
        """
    )

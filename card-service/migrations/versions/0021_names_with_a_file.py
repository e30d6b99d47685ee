"""Who writes the tokens of new citizens in the same transaction says so: these names do not wait for the job."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The version before this one says nothing: whom it enters waits, as before.
FOLLOW = """
    CREATE OR REPLACE FUNCTION names_wait_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('card.names', true) = 'kept' THEN
            RETURN NULL;
        END IF;
        INSERT INTO name_pending (citizen_id) SELECT citizen_id FROM written;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Only a statement the version of the service before this one can live with: it runs on meanwhile."""
    op.execute(FOLLOW)

"""Names sealed, and found by keyed tokens; what is written meanwhile and before waits for the service to seal it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The key is the service's, so that no migration can seal a name. Rows that hold one in clear are sealed by the service
# in batches; the version before this one shows "…" for those that are.
COLUMNS = [
    "ALTER TABLE citizen ADD COLUMN full_name_sealed bytea",
    "ALTER TABLE citizen ALTER COLUMN full_name SET DEFAULT '…'",
    "ALTER TABLE citizen ADD CONSTRAINT a_name_is_sealed_or_waits"
    " CHECK (full_name_sealed IS NOT NULL OR full_name <> '…') NOT VALID",
]

TABLES = [
    # Rows are only added, also for somebody who waits already: a change that commits late must not be taken for one
    # that was done before it.
    """
    CREATE TABLE name_pending (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        citizen_id uuid NOT NULL
    )
    """,
    # `mask`: the bits of all tokens of the citizen, so that most who lack another word are passed over in the index.
    """
    CREATE TABLE name_token (
        token bigint NOT NULL,
        citizen_id uuid NOT NULL,
        mask bigint NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX name_token_found ON name_token (token, citizen_id) INCLUDE (mask)",
    "CREATE INDEX name_token_citizen ON name_token (citizen_id)",
]

# Whoever writes a name or moves a citizen, this version or the one before, makes the citizen wait. Sealing a name that
# stood in clear is no change: whoever wrote it made the citizen wait.
FOLLOW = [
    """
    CREATE FUNCTION names_wait_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO name_pending (citizen_id) SELECT citizen_id FROM written;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION names_wait_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO name_pending (citizen_id)
        SELECT n.citizen_id FROM written n JOIN before o USING (citizen_id)
        WHERE n.household_id IS DISTINCT FROM o.household_id OR n.birth_date <> o.birth_date
            OR (n.full_name <> '…' AND n.full_name <> o.full_name)
            OR (o.full_name = '…' AND n.full_name_sealed IS DISTINCT FROM o.full_name_sealed);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION names_wait_of_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO name_pending (citizen_id)
        SELECT c.citizen_id FROM written n JOIN before o USING (household_id) JOIN citizen c USING (household_id)
        WHERE n.governorate <> o.governorate;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER names_of_new AFTER INSERT ON citizen REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION names_wait_of_new()",
    "CREATE TRIGGER names_of_changed AFTER UPDATE ON citizen REFERENCING OLD TABLE AS before NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION names_wait_of_changed()",
    "CREATE TRIGGER names_of_moved AFTER UPDATE ON household REFERENCING OLD TABLE AS before NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION names_wait_of_moved()",
]
EVERYBODY = "INSERT INTO name_pending (citizen_id) SELECT citizen_id FROM citizen"


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*TABLES, *COLUMNS, *FOLLOW, EVERYBODY):
        op.execute(statement)

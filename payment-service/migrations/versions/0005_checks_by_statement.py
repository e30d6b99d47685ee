"""What a row refers to is checked once a statement instead of once a row: thousands of rows come in one statement.

Nothing is checked less: accounts and batches can be neither removed nor renamed, so what was there when a row came
stays there.

Beside this, `payout.state` is no longer read or kept up; a later revision drops it.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The planner reaches what is referred to through its key, however small or stale its statistics are.
PLANNER = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off"

STATEMENTS = [
    """
    CREATE TRIGGER account_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF account_id ON account
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    """
    CREATE TRIGGER payout_batch_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF batch_id ON payout_batch
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    """
    CREATE TRIGGER payout_stays_in_batch BEFORE UPDATE OF batch_id ON payout
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    f"""
    CREATE FUNCTION check_accounts() RETURNS trigger LANGUAGE plpgsql {PLANNER} AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM (SELECT debit_account_id AS id FROM made UNION SELECT credit_account_id FROM made) m
            WHERE NOT EXISTS (SELECT FROM account a WHERE a.account_id = m.id)
        ) THEN
            RAISE EXCEPTION 'a transfer names an account that does not exist' USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER transfer_has_accounts AFTER INSERT ON transfer
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION check_accounts()
    """,
    f"""
    CREATE FUNCTION check_batches() RETURNS trigger LANGUAGE plpgsql {PLANNER} AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT batch_id FROM made) m
            WHERE NOT EXISTS (SELECT FROM payout_batch b WHERE b.batch_id = m.batch_id)
        ) THEN
            RAISE EXCEPTION 'a payout names a batch that does not exist' USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER payout_has_batch AFTER INSERT ON payout
        REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION check_batches()
    """,
    "ALTER TABLE transfer DROP CONSTRAINT transfer_debit_account_id_fkey",
    "ALTER TABLE transfer DROP CONSTRAINT transfer_credit_account_id_fkey",
    "ALTER TABLE payout DROP CONSTRAINT payout_batch_id_fkey",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Who orders and who settles stands once for all transfers of the same words, and transfers refer to it.

What older transfers say of it stays in the rows they are (`ordered_by`, `settled_by`): the ledger is not rewritten, and
the version that still runs meanwhile goes on writing there. `transfer_by` reads both.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATEMENTS = [
    # No reference from `transfer`: a check of each of a hundred rows would cost more than what they refer to. Both are
    # written by one statement, and nothing here ever changes or goes.
    "CREATE TABLE acting (acting_id uuid PRIMARY KEY, acting jsonb NOT NULL)",
    """
    CREATE TRIGGER acting_stays BEFORE DELETE OR TRUNCATE OR UPDATE ON acting
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal()
    """,
    "ALTER TABLE transfer ADD COLUMN ordered_as uuid, ADD COLUMN settled_as uuid",
    """
    CREATE VIEW transfer_by AS
        SELECT t.transfer_id, coalesce(o.acting, t.ordered_by) AS ordered_by, coalesce(s.acting, t.settled_by) AS settled_by
        FROM transfer t
        LEFT JOIN acting o ON o.acting_id = t.ordered_as
        LEFT JOIN acting s ON s.acting_id = t.settled_as
    """,
    """
    CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (OLD.state <> 'pending' AND NEW.state <> OLD.state)
            OR NEW.refunded < OLD.refunded
            OR (NEW.debit_account_id, NEW.credit_account_id, NEW.amount) IS DISTINCT FROM
               (OLD.debit_account_id, OLD.credit_account_id, OLD.amount)
            OR (OLD.state = 'posted' AND NEW.posted <> OLD.posted)
            OR (NEW.ordered_by, NEW.ordered_as) IS DISTINCT FROM (OLD.ordered_by, OLD.ordered_as)
            OR (OLD.state <> 'pending'
                AND (NEW.settled_by, NEW.settled_as) IS DISTINCT FROM (OLD.settled_by, OLD.settled_as)) THEN
            RAISE EXCEPTION 'a settled transfer is not rewritten' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

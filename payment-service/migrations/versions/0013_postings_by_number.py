"""Postings carry a number given under their accounts' locks, which orders a wallet's statement.

A moment orders nothing: it is taken before the lock, by several processes' clocks. What was posted before has no number
and keeps its order by the moment, before everything that has one; a hold from before gets its number when it is posted.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = [
    "CREATE SEQUENCE transfer_posting AS bigint",
    # Without a default at first: one that is not constant would rewrite the table.
    "ALTER TABLE transfer ADD COLUMN posting bigint",
    "ALTER TABLE transfer ALTER COLUMN posting SET DEFAULT nextval('transfer_posting')",
    """
    CREATE FUNCTION number_posting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.posting := nextval('transfer_posting');
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER transfer_is_numbered BEFORE UPDATE ON transfer FOR EACH ROW
        WHEN (OLD.state = 'pending' AND NEW.state = 'posted') EXECUTE FUNCTION number_posting()
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

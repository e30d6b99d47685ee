"""When terminals were in contact: a spell without a network begins with the last time before it."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE terminal_contact (
        terminal_id uuid NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (terminal_id, at)
    )
    """,
    # The uploads of before.
    """
    INSERT INTO terminal_contact (terminal_id, at)
    SELECT DISTINCT terminal_id, date_trunc('minute', received_at) FROM offline_sale
    WHERE received_at > clock_timestamp() - interval '90 days'
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

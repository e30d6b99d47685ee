"""Cards' states that are over, with from and to: a late sale is judged by the state at its own moment. Keys of cards."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

STATEMENTS = [
    # Since when supply is off; none where that is not known, or it is on. The version before this one leaves it empty.
    "ALTER TABLE card ADD COLUMN disabled_at timestamptz",
    # A state that is over. The one that lasts stands on the card itself.
    """
    CREATE TABLE card_span (
        card_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('blocked', 'disabled')),
        began_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL CHECK (ended_at >= began_at),
        PRIMARY KEY (card_id, state, began_at)
    )
    """,
    # The keys that cards' credentials are signed with, as they were last fetched.
    """
    CREATE TABLE credential_keys (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        keys json NOT NULL,
        fetched_at timestamptz NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Sessions of browsers, what was looked for, and forms that a session's end has interrupted."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_DDL = (
    """
    CREATE TABLE session (
        session_id uuid PRIMARY KEY,
        mark bytea NOT NULL UNIQUE,
        subject text NOT NULL,
        tokens_sealed bytea NOT NULL,
        created_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX session_expires_at ON session (expires_at)",
    """
    CREATE TABLE lookup (
        lookup_id uuid PRIMARY KEY,
        subject text NOT NULL,
        sought_sealed bytea NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX lookup_expires_at ON lookup (expires_at)",
    """
    CREATE TABLE draft (
        subject text NOT NULL,
        place text NOT NULL,
        fields_sealed bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (subject, place)
    )
    """,
    "CREATE INDEX draft_expires_at ON draft (expires_at)",
)


def upgrade() -> None:
    """Create the console's own tables; what belongs to citizens stays with the services."""
    for statement in _DDL:
        op.execute(statement)

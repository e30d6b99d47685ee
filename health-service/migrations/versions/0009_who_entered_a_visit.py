"""Visits keep who entered them: person or terminal, office, client, session, purpose and case.

Of those entered before, the terminal is known and taken over.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE encounter ADD COLUMN entered_by jsonb",
    """
    UPDATE encounter SET entered_by =
        jsonb_build_object('who', terminal_id, 'kind', 'terminal', 'office', provider_id)
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

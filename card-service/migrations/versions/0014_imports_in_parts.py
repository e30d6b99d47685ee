"""Imports in parts: parts with their digests, what became of each row, which household a reference stands for."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    ALTER TABLE import_job
        ADD COLUMN form text NOT NULL DEFAULT 'csv' CHECK (form IN ('csv', 'ndjson')),
        ADD COLUMN charset text,
        ADD COLUMN parts integer NOT NULL DEFAULT 1 CHECK (parts >= 1),
        ADD COLUMN digest bytea CHECK (octet_length(digest) = 32),
        ADD COLUMN corrects uuid REFERENCES import_job,
        DROP CONSTRAINT import_job_status_check,
        ADD CONSTRAINT import_job_status_check CHECK (status IN ('receiving', 'queued', 'running', 'done', 'failed'))
    """,
    """
    CREATE TABLE import_part (
        import_id uuid NOT NULL REFERENCES import_job,
        number integer NOT NULL CHECK (number >= 1),
        digest bytea NOT NULL CHECK (octet_length(digest) = 32),
        bytes integer NOT NULL CHECK (bytes >= 0),
        sealed bytea NOT NULL,
        PRIMARY KEY (import_id, number)
    )
    """,
    "ALTER TABLE import_part ALTER COLUMN sealed SET STORAGE EXTERNAL",
    # `mark`: keyed, of the sender and of its own reference, which may be anybody's number.
    """
    CREATE TABLE import_ref (
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        import_id uuid NOT NULL REFERENCES import_job,
        household_id uuid REFERENCES household,
        PRIMARY KEY (mark, import_id)
    )
    """,
    """
    CREATE TABLE import_result (
        import_id uuid NOT NULL REFERENCES import_job,
        first_row integer NOT NULL,
        last_row integer NOT NULL CHECK (last_row >= first_row),
        sealed bytea NOT NULL,
        PRIMARY KEY (import_id, first_row)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""The register as a list that is filtered and sorted, and files of what a list shows."""

from __future__ import annotations

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

STATEMENTS = [
    "CREATE INDEX household_registered ON household (registered_at, household_id)",
    "CREATE INDEX household_district ON household (district, household_id)",
    "CREATE INDEX card_state ON card (state, citizen_id)",
    # `run` is the attempt under way: what an attempt that was given up still writes finds no row.
    """
    CREATE TABLE register_export (
        export_id uuid PRIMARY KEY,
        created_by text NOT NULL CHECK (created_by <> ''),
        acting jsonb NOT NULL,
        governorate text,
        district text,
        asked jsonb NOT NULL,
        format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
        language text NOT NULL CHECK (language IN ('ar', 'en')),
        status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'noting', 'done', 'failed')),
        run uuid,
        rows integer NOT NULL CHECK (rows >= 0),
        done integer NOT NULL DEFAULT 0 CHECK (done >= 0),
        noted integer NOT NULL DEFAULT 0 CHECK (noted >= 0),
        parts integer NOT NULL DEFAULT 0 CHECK (parts >= 0),
        bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
        digest bytea CHECK (octet_length(digest) = 32),
        attempts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        as_of timestamptz,
        finished_at timestamptz,
        CONSTRAINT what_is_done_is_whole CHECK (
            status <> 'done' OR (digest IS NOT NULL AND as_of IS NOT NULL AND finished_at IS NOT NULL))
    )
    """,
    "CREATE INDEX register_export_owner ON register_export (created_by, export_id)",
    "CREATE INDEX register_export_open ON register_export (attempts, export_id)"
    " WHERE status IN ('queued', 'running', 'noting')",
    """
    CREATE TABLE register_export_part (
        export_id uuid NOT NULL REFERENCES register_export ON DELETE CASCADE,
        number integer NOT NULL CHECK (number >= 1),
        sealed bytea NOT NULL,
        PRIMARY KEY (export_id, number)
    )
    """,
    # Who is in a file, sealed as the file is, until the record of processing has taken them over.
    """
    CREATE TABLE register_export_shown (
        export_id uuid NOT NULL REFERENCES register_export ON DELETE CASCADE,
        number integer NOT NULL CHECK (number >= 1),
        sealed bytea NOT NULL,
        PRIMARY KEY (export_id, number)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Dry runs of imports: a file is judged before anything is done, then started or cancelled; refused rows are kept."""

from __future__ import annotations

from alembic import op

from chassis.retention_ddl import ending_ddl

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_FINISHED = "EXISTS (SELECT FROM import_job j WHERE j.import_id = t.import_id AND j.finished_at < {before})"
STATEMENTS = [
    # `total_rows`: what the dry run counted, so that the run knows how far it has come.
    """
    ALTER TABLE import_job
        ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
        ADD COLUMN total_rows integer CHECK (total_rows >= 0),
        DROP CONSTRAINT import_job_status_check,
        ADD CONSTRAINT import_job_status_check CHECK (status IN (
            'receiving', 'checking', 'checked', 'queued', 'running', 'due', 'done', 'failed', 'cancelled')),
        DROP CONSTRAINT ended_jobs_have_an_end,
        ADD CONSTRAINT ended_jobs_have_an_end
            CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
    """,
    "CREATE INDEX import_job_checking ON import_job (import_id) WHERE status = 'checking'",
    # Who and what a dry run has met: keyed hashes, gone with its end.
    """
    CREATE TABLE import_check_mark (
        import_id uuid NOT NULL REFERENCES import_job,
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        PRIMARY KEY (import_id, mark)
    )
    """,
    """
    CREATE TABLE import_refused (
        import_id uuid NOT NULL REFERENCES import_job,
        first_row integer NOT NULL,
        last_row integer NOT NULL CHECK (last_row >= first_row),
        sealed bytea NOT NULL,
        PRIMARY KEY (import_id, first_row)
    )
    """,
    *ending_ddl("DELETE FROM import_refused", _FINISHED, "false", 1),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

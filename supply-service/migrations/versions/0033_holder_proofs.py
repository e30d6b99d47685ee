"""Which proofs of holders have permitted a sale, by which keys they are believed, and what went without one."""

from __future__ import annotations

from alembic import op

from chassis.holder_proofs.ddl import holder_proof_ddl

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE unproven (
        household_id uuid NOT NULL,
        day date NOT NULL,
        goods bigint NOT NULL CHECK (goods >= 0),
        PRIMARY KEY (household_id, day)
    )
    """,
    "CREATE INDEX unproven_day ON unproven (day)",
    """
    CREATE TABLE unproven_total (
        day date NOT NULL,
        place_id uuid NOT NULL,         -- a terminal or an outlet
        loaves bigint NOT NULL CHECK (loaves >= 0),
        goods bigint NOT NULL CHECK (goods >= 0),
        away bigint NOT NULL CHECK (away >= 0),
        PRIMARY KEY (day, place_id)
    )
    """,
    "CREATE TYPE batch_proof AS (household_id uuid, proof_id uuid, redemption_id uuid, expires_at timestamptz)",
    "CREATE TYPE batch_unproven AS (household_id uuid, day date, goods bigint)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*holder_proof_ddl(), *TABLES):
        op.execute(statement)

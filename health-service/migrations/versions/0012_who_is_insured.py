"""Who is insured by themselves, contributions taken back by entries, and rows of policies that were wrong."""

from alembic import op

from policybook.ddl import corrections_ddl

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CONTRIBUTIONS = [
    # Whose wage it is. NULL: entered before this was asked, for whoever paid for the family then.
    "ALTER TABLE contribution ADD COLUMN insured_id uuid, ADD COLUMN declared_income bigint CHECK (declared_income > 0)",
    "ALTER TABLE contribution_month ADD COLUMN insured_id uuid",
    # The version before this one inserts without naming an index, so it can live with another one.
    "ALTER TABLE contribution_month DROP CONSTRAINT contribution_month_pkey",
    "CREATE UNIQUE INDEX contribution_month_once ON contribution_month (household_id, month, insured_id)"
    " NULLS NOT DISTINCT",
    "CREATE INDEX contribution_month_of ON contribution_month (contribution_id)",
    # What was entered stays as it was; the months it paid for are paid no more.
    """
    CREATE TABLE contribution_reversal (
        contribution_id uuid PRIMARY KEY REFERENCES contribution,
        reason text NOT NULL,
        reversed_by text NOT NULL,
        decided_by text,                        -- another person, where the policies ask for one
        reversed_at timestamptz NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*corrections_ddl(), *CONTRIBUTIONS):
        op.execute(statement)

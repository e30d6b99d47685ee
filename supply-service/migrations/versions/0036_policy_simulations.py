"""What proposed policies would change, computed over all households, with some of them to look at."""

from alembic import op

from chassis.migrations import ending_ddl

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_HELD_BACK = "(t.household_id IN (SELECT h.household_id FROM card h JOIN held_back b USING (citizen_id)))"

STATEMENTS = [
    """
    CREATE TABLE policy_simulation (
        simulation_id uuid PRIMARY KEY,
        proposal_id uuid,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        policies json NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        policy_version bigint,                  -- of the book that it is computed against
        started_at timestamptz,
        finished_at timestamptz,
        failed_at timestamptz,
        fault text,
        tries smallint NOT NULL DEFAULT 0,
        after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',  -- households up to here are computed
        looked_at bigint NOT NULL DEFAULT 0 CHECK (looked_at >= 0),
        tally json,                             -- sums by governorate and size
        CHECK (finished_at IS NULL OR failed_at IS NULL)
    )
    """,
    "CREATE INDEX policy_simulation_waiting ON policy_simulation (simulation_id)"
    " WHERE finished_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX policy_simulation_proposal ON policy_simulation (proposal_id, simulation_id)"
    " WHERE proposal_id IS NOT NULL",
    """
    CREATE TABLE policy_simulation_example (
        simulation_id uuid NOT NULL REFERENCES policy_simulation ON DELETE CASCADE,
        household_id uuid NOT NULL,
        governorate text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('gains', 'loses', 'unchanged')),
        facts json NOT NULL,                    -- what decides its month
        gain bigint NOT NULL,
        dearer bigint NOT NULL,
        before json NOT NULL,
        after json NOT NULL,
        shown_at timestamptz NOT NULL,
        PRIMARY KEY (simulation_id, household_id)
    )
    """,
    "CREATE INDEX policy_simulation_example_household ON policy_simulation_example (household_id)",
    *ending_ddl("DELETE FROM policy_simulation_example", "t.shown_at < {before}", _HELD_BACK, 12),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""Emergencies wait for somebody who looks at them; what is booked of a case has a ceiling."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATEMENTS = [
    # The last day of the review, for the insurer to pay; of those that wait already none was set.
    "ALTER TABLE encounter ADD COLUMN review_by date",
    "ALTER TABLE encounter DROP CONSTRAINT encounter_copayment_state_check",
    # `owed`: by the patient of an emergency; no wallet is asked before its holder agrees.
    "ALTER TABLE encounter ADD CONSTRAINT encounter_copayment_state_check CHECK"
    " (copayment_state IN ('none', 'due', 'paid', 'failed', 'review', 'owed', 'reversed')) NOT VALID",
    "ALTER TABLE encounter VALIDATE CONSTRAINT encounter_copayment_state_check",
    # What the visits of a period were booked at, from now on.
    "ALTER TABLE cap_use ADD COLUMN billed bigint NOT NULL DEFAULT 0 CHECK (billed >= 0), ADD COLUMN ceiling bigint",
    "ALTER TABLE cap_use ADD CONSTRAINT cap_use_within_ceiling CHECK (billed <= ceiling) NOT VALID",
    "ALTER TABLE cap_use VALIDATE CONSTRAINT cap_use_within_ceiling",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

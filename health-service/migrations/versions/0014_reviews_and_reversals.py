"""Emergencies that somebody looks at afterwards, and visits taken back by entries."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENCOUNTERS = [
    # In an emergency the card may be unknown, and with it household, payer and even who the patient is.
    "ALTER TABLE encounter ALTER COLUMN household_id DROP NOT NULL, ALTER COLUMN patient_id DROP NOT NULL,"
    " ALTER COLUMN card_id DROP NOT NULL, ALTER COLUMN payer_id DROP NOT NULL,"
    " ADD COLUMN review text CHECK (review IN ('open', 'accepted', 'rejected')),"
    " ADD COLUMN review_reasons text[] NOT NULL DEFAULT '{}', ADD COLUMN review_note text,"
    " ADD COLUMN reviewed_by text, ADD COLUMN reviewed_at timestamptz, ADD COLUMN cap_period text",
    "ALTER TABLE encounter DROP CONSTRAINT encounter_copayment_state_check",
    # `review`: not taken before somebody has looked; `reversed`: taken back, and given back where it was paid.
    "ALTER TABLE encounter ADD CONSTRAINT encounter_copayment_state_check CHECK"
    " (copayment_state IN ('none', 'due', 'paid', 'failed', 'review', 'reversed')) NOT VALID",
    "ALTER TABLE encounter VALIDATE CONSTRAINT encounter_copayment_state_check",
    "ALTER TABLE encounter ADD CONSTRAINT encounter_known_or_reviewed CHECK (review IS NOT NULL OR"
    " (household_id IS NOT NULL AND patient_id IS NOT NULL AND card_id IS NOT NULL AND payer_id IS NOT NULL)) NOT VALID",
    "ALTER TABLE encounter VALIDATE CONSTRAINT encounter_known_or_reviewed",
    "CREATE INDEX encounter_review ON encounter (encounter_id) WHERE review = 'open'",
    # The visit itself stays as it was entered.
    """
    CREATE TABLE encounter_reversal (
        encounter_id uuid PRIMARY KEY REFERENCES encounter,
        reason text NOT NULL,
        reversed_by text NOT NULL,
        decided_by text,                        -- another person, where the policies ask for one
        reversed_at timestamptz NOT NULL
    )
    """,
    "ALTER TABLE referral ALTER COLUMN patient_id DROP NOT NULL",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in ENCOUNTERS:
        op.execute(statement)

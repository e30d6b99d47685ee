"""Who becomes the head of a household by a request waits to be given a card."""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0043"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    CREATE TABLE head_waiting (
        household_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        tried_on date
    )
    """,
    # Whichever change of the register makes a head, by this version or the one before. Whoever is entered for the first
    # time, by a file or one at a time, waits for the plan of the phase.
    """
    CREATE FUNCTION new_heads_wait() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO head_waiting (household_id, citizen_id) VALUES (NEW.household_id, NEW.citizen_id)
        ON CONFLICT (household_id) DO UPDATE SET citizen_id = EXCLUDED.citizen_id, tried_on = NULL;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER membership_new_head AFTER INSERT ON membership FOR EACH ROW
    WHEN (NEW.role = 'head' AND NEW.until IS NULL AND NEW.joined_by IS NOT NULL) EXECUTE FUNCTION new_heads_wait()
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

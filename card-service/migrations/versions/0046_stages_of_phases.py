"""Stages of phases: which a phase has reached, the decision it was opened by, gates passed all the same."""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0052"
branch_labels = None
depends_on = None

_STAGES = "'prepare', 'trial', 'distribution', 'activation', 'live', 'review'"
_REACHED = (
    "CASE coalesce(state_before_pause, state) WHEN 'distributing' THEN 'distribution' WHEN 'activating' THEN"
    " 'activation' WHEN 'active' THEN 'live' ELSE 'prepare' END"
)

# The version of the service before this one moves states alone meanwhile: what it moves reaches the stage by a trigger.
STATEMENTS = [
    f"""
    ALTER TABLE rollout_phase
        ADD COLUMN stage text NOT NULL DEFAULT 'prepare' CHECK (stage IN ({_STAGES})),
        ADD COLUMN opened_at timestamptz,
        DROP CONSTRAINT rollout_phase_state_before_pause_check,
        ADD CONSTRAINT rollout_phase_state_before_pause_check
            CHECK (state_before_pause IN ('planned', 'distributing', 'activating', 'active'))
    """,
    f"UPDATE rollout_phase SET stage = {_REACHED}",
    f"""
    CREATE FUNCTION follow_phase_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.opened_at IS NULL AND NEW.stage = OLD.stage AND NEW.state <> 'paused' AND NEW.stage <> 'review' THEN
            NEW.stage := CASE NEW.state WHEN 'distributing' THEN 'distribution' WHEN 'activating' THEN 'activation'
                WHEN 'active' THEN 'live' ELSE NEW.stage END;
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER phase_stage_follows_state BEFORE UPDATE OF state ON rollout_phase
    FOR EACH ROW EXECUTE FUNCTION follow_phase_state()
    """,
    """
    CREATE TABLE phase_opening (
        phase_id uuid PRIMARY KEY REFERENCES rollout_phase,
        authority text NOT NULL CHECK (authority <> ''),
        number text NOT NULL CHECK (number <> ''),
        decided_on date NOT NULL,
        document text NOT NULL CHECK (document <> ''),
        proposal_id uuid NOT NULL UNIQUE,
        approved_by text NOT NULL CHECK (approved_by <> ''),
        opened_at timestamptz NOT NULL
    )
    """,
    f"""
    CREATE TABLE gate_pass (
        phase_id uuid NOT NULL REFERENCES rollout_phase,
        stage text NOT NULL CHECK (stage IN ({_STAGES})),
        authority text NOT NULL CHECK (authority <> ''),
        number text NOT NULL CHECK (number <> ''),
        decided_on date NOT NULL,
        document text NOT NULL CHECK (document <> ''),
        reason text NOT NULL CHECK (reason <> ''),
        proposal_id uuid NOT NULL UNIQUE,
        approved_by text NOT NULL CHECK (approved_by <> ''),
        passed_at timestamptz NOT NULL,
        PRIMARY KEY (phase_id, stage)
    )
    """,
    f"""
    CREATE TABLE stage_reached (
        phase_id uuid NOT NULL REFERENCES rollout_phase,
        stage text NOT NULL CHECK (stage IN ({_STAGES})),
        moved_by text NOT NULL CHECK (moved_by <> ''),
        reached_at timestamptz NOT NULL,
        conditions jsonb NOT NULL,              -- what the gate measured at that moment
        PRIMARY KEY (phase_id, stage)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)

"""The whole life of a card, and each step of it: who, when, where and why."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0049"
branch_labels = None
depends_on = None

# `ready` is what the version before this one writes for cards in stock; the service maps it once that one is gone.
WAITING = "('requested', 'approved', 'in_production', 'produced', 'in_stock', 'ready')"
HELD = "('issued', 'active', 'blocked')"
ENDED = "('replaced', 'closed', 'expired')"

CARDS = [
    "ALTER TABLE card DROP CONSTRAINT card_state_check, DROP CONSTRAINT ready_cards_lie_somewhere,"
    " DROP CONSTRAINT waiting_cards_were_not, DROP CONSTRAINT closed_cards_say_why",
    f"""
    ALTER TABLE card
        ADD CONSTRAINT card_state_check CHECK (state IN {WAITING} OR state IN {HELD} OR state IN {ENDED}),
        ADD CONSTRAINT ready_cards_lie_somewhere CHECK (state NOT IN ('in_stock', 'ready') OR site_id IS NOT NULL),
        ADD CONSTRAINT waiting_cards_were_not CHECK (state NOT IN {WAITING} OR issued_at IS NULL),
        ADD CONSTRAINT closed_cards_say_why CHECK (
            (state IN {ENDED}) = (closed_at IS NOT NULL) AND (state IN {ENDED}) = (close_reason IS NOT NULL)),
        -- Its last step: what was done, when, by whom, at which site, why. The trigger keeps each.
        ADD COLUMN moved text,
        ADD COLUMN moved_at timestamptz,
        ADD COLUMN moved_by text,
        ADD COLUMN moved_where uuid,
        ADD COLUMN moved_because text
    """,
    f"CREATE UNIQUE INDEX one_card_on_its_way ON card (citizen_id) WHERE state IN {WAITING}",
    "DROP INDEX one_card_waiting",
    "ALTER INDEX one_card_on_its_way RENAME TO one_card_waiting",
    f"CREATE INDEX card_made ON card (created_at, card_id) WHERE state NOT IN {ENDED}",
    "CREATE INDEX card_former_words ON card (card_id)"
    " WHERE state = 'ready' OR (state = 'closed' AND close_reason = 'replaced')",
]

STEPS = [
    """
    CREATE TABLE card_step (
        step_id uuid PRIMARY KEY DEFAULT uuidv7(),
        card_id uuid NOT NULL,
        action text,                            -- null: by a version of the service that did not tell
        state_before text,
        state text NOT NULL,
        at timestamptz NOT NULL,
        done_by text,
        site_id uuid,
        because text
    )
    """,
    "CREATE INDEX card_step_card ON card_step (card_id, step_id)",
    # What is known of the cards of before: when they were made, given out, activated and ended, not by whom.
    """
    INSERT INTO card_step (card_id, action, state_before, state, at, site_id, because)
    SELECT c.card_id, s.action, s.state_before, s.state, s.at, CASE WHEN s.n < 3 OR c.issued_at IS NULL THEN c.site_id END, s.because
    FROM card c CROSS JOIN LATERAL (VALUES
        (1, NULL, NULL, CASE WHEN c.site_id IS NULL THEN 'requested' ELSE 'in_stock' END, c.created_at, NULL),
        (2, 'hand_over', 'in_stock', 'issued', c.issued_at, NULL),
        (3, 'activate', 'issued', 'active', c.activated_at, NULL),
        (4, 'block', c.state_before_block, 'blocked', c.blocked_at, c.block_reason),
        (5, CASE c.close_reason WHEN 'replaced' THEN 'supersede' ELSE 'close' END,
            CASE WHEN c.issued_at IS NULL AND c.site_id IS NOT NULL THEN 'in_stock' END,
            CASE c.close_reason WHEN 'replaced' THEN 'replaced' ELSE 'closed' END, c.closed_at, c.close_reason)
    ) s (n, action, state_before, state, at, because)
    WHERE s.at IS NOT NULL ORDER BY s.n
    """,
]

KEEPING = [
    """
    CREATE FUNCTION keep_first_steps() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO card_step (card_id, action, state, at, done_by, site_id, because)
        SELECT card_id, moved, CASE state WHEN 'ready' THEN 'in_stock' ELSE state END, coalesce(moved_at, created_at),
            moved_by, coalesce(moved_where, site_id), moved_because
        FROM made;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER card_first_step AFTER INSERT ON card REFERENCING NEW TABLE AS made FOR EACH STATEMENT"
    " EXECUTE FUNCTION keep_first_steps()",
    # A version that does not tell of a step leaves the step before in the row: nobody is named for it.
    """
    CREATE FUNCTION keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        told CONSTANT boolean := NEW.moved_at IS DISTINCT FROM OLD.moved_at;
    BEGIN
        INSERT INTO card_step (card_id, action, state_before, state, at, done_by, site_id, because)
        VALUES (NEW.card_id, CASE WHEN told THEN NEW.moved END, CASE OLD.state WHEN 'ready' THEN 'in_stock' ELSE OLD.state END,
            NEW.state, CASE WHEN told THEN NEW.moved_at ELSE clock_timestamp() END, CASE WHEN told THEN NEW.moved_by END,
            coalesce(CASE WHEN told THEN NEW.moved_where END,
                CASE WHEN OLD.state IN ('in_stock', 'ready') THEN OLD.site_id END),
            CASE WHEN told THEN NEW.moved_because END);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER card_stepped AFTER UPDATE ON card FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NOT (OLD.state = 'ready' AND NEW.state = 'in_stock')
        AND NOT (OLD.state = 'closed' AND NEW.state = 'replaced')
        OR OLD.state = NEW.state AND OLD.moved_at IS DISTINCT FROM NEW.moved_at)
    EXECUTE FUNCTION keep_step()
    """,
]

LISTED = (
    f"NEW.state = 'blocked' OR (NEW.state IN {ENDED} AND NEW.issued_at IS NOT NULL)"
    " OR 'supply' = ANY (NEW.switched_off)"
)
# What ends in whichever way is on the hot list; a word that is mapped changes nothing there.
HOT = [
    f"""
    CREATE OR REPLACE FUNCTION list_hot_card() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO hot_card AS h (governorate, card_id, listed)
        SELECT g.governorate, NEW.card_id, true
        FROM (SELECT NEW.governorate AS governorate WHERE {LISTED}
            UNION SELECT OLD.governorate WHERE OLD.governorate <> NEW.governorate AND NEW.issued_at IS NOT NULL) g
        ON CONFLICT (governorate, card_id) DO UPDATE SET listed = true, changed_at = excluded.changed_at,
            posted = CASE WHEN h.listed THEN h.posted ELSE excluded.posted END;
        UPDATE hot_card SET listed = false, posted = DEFAULT, changed_at = DEFAULT
        WHERE governorate = NEW.governorate AND card_id = NEW.card_id AND listed AND NOT ({LISTED});
        RETURN NULL;
    END $$
    """,
    "DROP TRIGGER card_hot ON card",
    f"""
    CREATE TRIGGER card_hot AFTER UPDATE OF state, switched_off, governorate, issued_at ON card FOR EACH ROW
    WHEN (NOT (OLD.state = 'closed' AND NEW.state = 'replaced') AND (OLD.state = 'blocked' OR NEW.state = 'blocked'
        OR NEW.state IN {ENDED} OR OLD.governorate <> NEW.governorate OR OLD.switched_off <> NEW.switched_off))
    EXECUTE FUNCTION list_hot_card()
    """,
]

PHASES = [
    # `bureau`: cards are made by a personalisation bureau before they are planned.
    "ALTER TABLE rollout_phase ADD COLUMN production text NOT NULL DEFAULT 'on_site'"
    " CHECK (production IN ('on_site', 'bureau'))",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*CARDS, *STEPS, *KEEPING, *HOT, *PHASES):
        op.execute(statement)

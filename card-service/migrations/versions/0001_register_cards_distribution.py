"""The register, cards, distribution, roll-out, and the log of accesses.

Revision ID: 0001
"""

from __future__ import annotations

from alembic import op
from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REGISTER = [
    """
    CREATE TABLE household (
        household_id uuid PRIMARY KEY,
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        district text NOT NULL CHECK (district <> ''),
        address text NOT NULL,
        members integer NOT NULL CHECK (members >= 1),
        revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
        import_id uuid,
        registered_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX household_governorate ON household (governorate, household_id)",
    """
    CREATE TABLE citizen (
        citizen_id uuid PRIMARY KEY,
        household_id uuid REFERENCES household,
        role text CHECK (role IN ('head', 'spouse', 'child', 'parent', 'other')),
        full_name text NOT NULL CHECK (full_name <> ''),
        national_id_hash bytea NOT NULL CHECK (octet_length(national_id_hash) = 32),
        national_id_sealed bytea NOT NULL,
        mobile_hash bytea CHECK (octet_length(mobile_hash) = 32),
        mobile_sealed bytea,
        mobile_usable boolean NOT NULL DEFAULT false,
        mobile_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        birth_date date NOT NULL,
        sex text NOT NULL CHECK (sex IN ('male', 'female')),
        import_id uuid,
        registered_at timestamptz NOT NULL,
        CONSTRAINT member_has_a_role CHECK ((household_id IS NULL) = (role IS NULL)),
        CONSTRAINT mobile_is_whole CHECK ((mobile_hash IS NULL) = (mobile_sealed IS NULL)),
        CONSTRAINT only_a_mobile_is_usable CHECK (mobile_sealed IS NOT NULL OR NOT mobile_usable)
    )
    """,
    "CREATE UNIQUE INDEX citizen_national_id ON citizen (national_id_hash)",
    "CREATE INDEX citizen_mobile ON citizen (mobile_hash) WHERE mobile_hash IS NOT NULL",
    "CREATE INDEX citizen_household ON citizen (household_id) WHERE household_id IS NOT NULL",
    "CREATE UNIQUE INDEX one_head_a_household ON citizen (household_id) WHERE role = 'head'",
    """
    CREATE TABLE import_job (
        import_id uuid PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
        governorate text,
        done_row integer NOT NULL DEFAULT 1 CHECK (done_row >= 1),
        rows integer NOT NULL DEFAULT 0 CHECK (rows >= 0),
        accepted integer NOT NULL DEFAULT 0 CHECK (accepted >= 0),
        rejected integer NOT NULL DEFAULT 0 CHECK (rejected >= 0),
        households integer NOT NULL DEFAULT 0 CHECK (households >= 0),
        warnings integer NOT NULL DEFAULT 0 CHECK (warnings >= 0),
        attempts integer NOT NULL DEFAULT 0,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT every_row_is_judged CHECK (accepted + rejected = rows),
        CONSTRAINT ended_jobs_have_an_end CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL))
    )
    """,
    "CREATE INDEX import_job_open ON import_job (import_id) WHERE status IN ('queued', 'running')",
    """
    CREATE TABLE import_upload (
        import_id uuid PRIMARY KEY REFERENCES import_job,
        sealed bytea NOT NULL
    )
    """,
    "ALTER TABLE import_upload ALTER COLUMN sealed SET STORAGE EXTERNAL",
    """
    CREATE TABLE import_rejection (
        import_id uuid NOT NULL REFERENCES import_job,
        row integer NOT NULL,
        field text NOT NULL,
        code text NOT NULL,
        PRIMARY KEY (import_id, row)
    )
    """,
]

ROLLOUT = [
    """
    CREATE TABLE rollout_phase (
        phase_id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE CHECK (name <> ''),
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        sequence integer NOT NULL CHECK (sequence >= 1),
        services text[] NOT NULL CHECK (services <> '{}' AND services <@ ARRAY['supply', 'health', 'payment']),
        state text NOT NULL CHECK (state IN ('planned', 'distributing', 'activating', 'active', 'paused')),
        state_before_pause text CHECK (state_before_pause IN ('distributing', 'activating', 'active')),
        created_at timestamptz NOT NULL,
        UNIQUE (governorate, sequence),
        CONSTRAINT paused_remembers CHECK ((state = 'paused') = (state_before_pause IS NOT NULL))
    )
    """,
]

DISTRIBUTION = [
    """
    CREATE TABLE pickup_site (
        site_id uuid PRIMARY KEY,
        name_ar text NOT NULL CHECK (name_ar <> ''),
        name_en text NOT NULL CHECK (name_en <> ''),
        kind text NOT NULL CHECK (kind IN ('post_office', 'supply_centre', 'health_office', 'governorate_office')),
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        district text NOT NULL CHECK (district <> ''),
        address_ar text NOT NULL,
        hourly_capacity integer NOT NULL CHECK (hourly_capacity >= 1),
        opens time NOT NULL,
        closes time NOT NULL CHECK (closes > opens),
        working_days smallint[] NOT NULL
            CHECK (working_days <> '{}' AND working_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]),
        created_at timestamptz NOT NULL,
        UNIQUE (governorate, name_en)
    )
    """,
    """
    CREATE TABLE pickup_slot (
        site_id uuid NOT NULL REFERENCES pickup_site,
        starts_at timestamptz NOT NULL,
        capacity integer NOT NULL,
        taken integer NOT NULL CHECK (taken >= 0),
        PRIMARY KEY (site_id, starts_at),
        CONSTRAINT never_overbooked CHECK (taken <= capacity)
    )
    """,
    """
    CREATE TABLE pickup_plan (
        plan_id uuid PRIMARY KEY,
        phase_id uuid NOT NULL REFERENCES rollout_phase,
        week_start date NOT NULL,
        holders text NOT NULL CHECK (holders IN ('heads', 'adults')),
        max_citizens integer NOT NULL CHECK (max_citizens >= 1),
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
        heads_left integer CHECK (heads_left >= 0),
        others_left integer CHECK (others_left >= 0),
        done_household uuid,
        scheduled integer NOT NULL DEFAULT 0 CHECK (scheduled >= 0),
        attempts integer NOT NULL DEFAULT 0,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT ended_plans_have_an_end CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL)),
        CONSTRAINT running_plans_have_a_budget
            CHECK (status <> 'running' OR (heads_left IS NOT NULL AND others_left IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX one_open_plan_a_phase ON pickup_plan (phase_id) WHERE status IN ('queued', 'running')",
    """
    CREATE TABLE pickup_plan_site (
        plan_id uuid NOT NULL REFERENCES pickup_plan,
        site_id uuid NOT NULL REFERENCES pickup_site,
        capacity integer NOT NULL CHECK (capacity >= 0),
        scheduled integer NOT NULL CHECK (scheduled >= 0),
        PRIMARY KEY (plan_id, site_id),
        CHECK (scheduled <= capacity)
    )
    """,
    """
    CREATE TABLE pickup_plan_unplaced (
        plan_id uuid NOT NULL REFERENCES pickup_plan,
        reason text NOT NULL,
        citizens integer NOT NULL CHECK (citizens >= 1),
        PRIMARY KEY (plan_id, reason)
    )
    """,
]

CARDS = [
    """
    CREATE TABLE card (
        card_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL REFERENCES citizen,
        household_id uuid NOT NULL REFERENCES household,
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        number_hash bytea NOT NULL UNIQUE CHECK (octet_length(number_hash) = 32),
        number_sealed bytea NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'ready', 'issued', 'active', 'blocked', 'closed')),
        state_before_block text CHECK (state_before_block IN ('issued', 'active')),
        site_id uuid REFERENCES pickup_site,
        phase_id uuid REFERENCES rollout_phase,
        services text[] NOT NULL DEFAULT '{}' CHECK (services <@ ARRAY['supply', 'health', 'payment']),
        replaces uuid UNIQUE REFERENCES card,
        created_at timestamptz NOT NULL,
        issued_at timestamptz,
        activated_at timestamptz,
        blocked_at timestamptz,
        block_reason text CHECK (block_reason IN ('lost', 'stolen', 'damaged', 'fraud', 'order')),
        closed_at timestamptz,
        close_reason text,
        pin_salt bytea CHECK (octet_length(pin_salt) = 16),
        pin_digest bytea CHECK (octet_length(pin_digest) = 32),
        pin_failures smallint NOT NULL DEFAULT 0 CHECK (pin_failures >= 0),
        CONSTRAINT ready_cards_lie_somewhere CHECK (state <> 'ready' OR site_id IS NOT NULL),
        CONSTRAINT held_cards_were_issued CHECK (state NOT IN ('issued', 'active', 'blocked') OR issued_at IS NOT NULL),
        CONSTRAINT waiting_cards_were_not CHECK (state NOT IN ('requested', 'ready') OR issued_at IS NULL),
        CONSTRAINT active_cards_have_services
            CHECK (state <> 'active' OR (activated_at IS NOT NULL AND services <> '{}')),
        CONSTRAINT blocked_cards_say_why CHECK (
            (state = 'blocked') = (block_reason IS NOT NULL) AND (state = 'blocked') = (blocked_at IS NOT NULL)
            AND (state = 'blocked') = (state_before_block IS NOT NULL)),
        CONSTRAINT closed_cards_say_why
            CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (state = 'closed') = (close_reason IS NOT NULL)),
        CONSTRAINT pin_is_whole CHECK ((pin_salt IS NULL) = (pin_digest IS NULL)),
        CONSTRAINT replaces_another CHECK (replaces <> card_id)
    )
    """,
    "CREATE INDEX card_citizen ON card (citizen_id)",
    "CREATE UNIQUE INDEX one_card_in_hand ON card (citizen_id) WHERE state IN ('issued', 'active', 'blocked')",
    "CREATE UNIQUE INDEX one_card_waiting ON card (citizen_id) WHERE state IN ('requested', 'ready')",
    "CREATE INDEX card_phase ON card (phase_id, state, card_id)",
    """
    CREATE TABLE appointment (
        appointment_id uuid PRIMARY KEY,
        card_id uuid NOT NULL REFERENCES card,
        site_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        state text NOT NULL CHECK (state IN ('scheduled', 'kept', 'missed', 'cancelled')),
        number smallint NOT NULL CHECK (number >= 1),
        UNIQUE (card_id, number),
        FOREIGN KEY (site_id, starts_at) REFERENCES pickup_slot
    )
    """,
    "CREATE UNIQUE INDEX one_open_appointment ON appointment (card_id) WHERE state = 'scheduled'",
    "CREATE INDEX appointment_site ON appointment (site_id, starts_at, appointment_id)",
    "CREATE INDEX appointment_due ON appointment (ends_at, appointment_id) WHERE state = 'scheduled'",
    """
    CREATE TABLE activation (
        activation_id uuid PRIMARY KEY,
        phase_id uuid NOT NULL REFERENCES rollout_phase,
        holders text NOT NULL CHECK (holders IN ('heads', 'adults')),
        services text[] NOT NULL CHECK (services <> '{}' AND services <@ ARRAY['supply', 'health', 'payment']),
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
        done_card uuid,
        activated integer NOT NULL DEFAULT 0 CHECK (activated >= 0),
        attempts integer NOT NULL DEFAULT 0,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT ended_activations_have_an_end CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX one_open_activation_a_phase ON activation (phase_id) WHERE status IN ('queued', 'running')",
]

ACCESSES = [
    """
    CREATE TABLE access_pending (
        access_id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL,
        subject text NOT NULL,
        action text NOT NULL,
        purpose text NOT NULL,
        request_id text NOT NULL,
        accessed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX access_pending_citizen ON access_pending (citizen_id)",
    """
    CREATE TABLE access_log (
        position bigint PRIMARY KEY CHECK (position >= 1),
        access_id uuid NOT NULL,
        citizen_id uuid NOT NULL,
        subject text NOT NULL,
        action text NOT NULL,
        purpose text NOT NULL,
        request_id text NOT NULL,
        accessed_at timestamptz NOT NULL,
        hash bytea NOT NULL CHECK (octet_length(hash) = 32)
    )
    """,
    "CREATE INDEX access_log_citizen ON access_log (citizen_id, position)",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the log of accesses is append-only'; END $$
    """,
    """
    CREATE TRIGGER access_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
]


def upgrade() -> None:
    for statement in (*chassis_ddl(), *REGISTER, *ROLLOUT, *DISTRIBUTION, *CARDS, *ACCESSES):
        op.execute(statement)


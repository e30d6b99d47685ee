"""Policies, providers, cards and families, cover, visits, and the chassis' tables."""

from alembic import op
from chassis.migrations import chassis_ddl

revision = "0001"
down_revision = None

POLICIES = [
    """
    CREATE TABLE policy (
        key text NOT NULL,
        scope text NOT NULL,                    -- canonical: name=value,name=value in order of the names
        value jsonb NOT NULL,
        effective_from date NOT NULL,
        effective_to date,                      -- the last day
        legal_reference text NOT NULL,
        source text NOT NULL,
        confidence text NOT NULL
            CHECK (confidence IN ('sourced', 'conflicting', 'inferred', 'unverified', 'chosen')),
        entered_by text NOT NULL,
        approved_by text,                       -- on record but not applied while nobody has approved it
        note text NOT NULL DEFAULT '',
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (key, scope, effective_from),
        CHECK (effective_to IS NULL OR effective_to >= effective_from),
        -- One value a day. A one-point range of the hash stands for equality, so that no extension is needed.
        EXCLUDE USING gist (
            int8range(hashtextextended(key || '?' || scope, 0), hashtextextended(key || '?' || scope, 0), '[]') WITH &&,
            daterange(effective_from, effective_to, '[]') WITH &&
        )
    )
    """,
]

PROVIDERS = [
    """
    CREATE TABLE provider (
        provider_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('family_unit', 'hospital', 'laboratory', 'pharmacy', 'imaging')),
        name_ar text NOT NULL,
        name_en text NOT NULL,
        governorate text NOT NULL CHECK (governorate ~ '^[0-9]{2}$'),
        district text NOT NULL,
        registered_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX provider_place ON provider (governorate, provider_id)",
    """
    CREATE TABLE clinic_terminal (
        terminal_id uuid PRIMARY KEY,
        provider_id uuid NOT NULL REFERENCES provider,
        serial text NOT NULL UNIQUE,
        model text NOT NULL,
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
        suspension_reason text,
        key_id text,                            -- of the key it enrolled with
        registered_at timestamptz NOT NULL,
        CHECK ((status = 'suspended') = (suspension_reason IS NOT NULL))
    )
    """,
    "CREATE INDEX clinic_terminal_provider ON clinic_terminal (provider_id)",
]

PEOPLE = [
    """
    CREATE TABLE household (
        household_id uuid PRIMARY KEY,
        governorate text NOT NULL,
        members integer NOT NULL CHECK (members BETWEEN 0 AND 200),
        revision integer NOT NULL DEFAULT 0     -- of card-service's household, so that a late event changes nothing
    ) WITH (fillfactor = 85)
    """,
    """
    CREATE TABLE citizen (
        citizen_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        is_head boolean NOT NULL,
        birth_year smallint NOT NULL
    )
    """,
    "CREATE INDEX citizen_household ON citizen (household_id)",
    """
    CREATE TABLE card (
        card_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        citizen_id uuid,
        state text NOT NULL CHECK (state IN ('issued', 'active', 'closed')),
        blocked boolean NOT NULL DEFAULT false,
        health boolean NOT NULL DEFAULT false,
        replaced_by uuid
    ) WITH (fillfactor = 85)
    """,
    "CREATE INDEX card_household ON card (household_id)",
    "CREATE INDEX card_citizen ON card (citizen_id)",
]

COVERAGE = [
    # What was last told of a family's cover. The truth of a day follows from months, exemptions and policies.
    """
    CREATE TABLE coverage (
        household_id uuid PRIMARY KEY,
        enrolled_on date NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'active', 'suspended', 'ended')),
        since date,
        exempt boolean NOT NULL DEFAULT false,
        changes_on date,                        -- when time alone may change it
        CHECK (state = 'pending' OR state = 'ended' OR since IS NOT NULL)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX coverage_changes ON coverage (changes_on) WHERE changes_on IS NOT NULL",
    """
    CREATE TABLE contribution (
        contribution_id uuid PRIMARY KEY,
        household_id uuid NOT NULL REFERENCES coverage,
        reference text NOT NULL UNIQUE,
        category text NOT NULL,
        insured_wage bigint NOT NULL CHECK (insured_wage > 0),
        spouses integer NOT NULL CHECK (spouses >= 0),
        children integer NOT NULL CHECK (children >= 0),
        first_month date NOT NULL,
        months integer NOT NULL CHECK (months > 0),
        amount bigint NOT NULL CHECK (amount >= 0),
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX contribution_household ON contribution (household_id, contribution_id)",
    """
    CREATE TABLE contribution_month (
        household_id uuid NOT NULL,
        month date NOT NULL CHECK (month = date_trunc('month', month)),
        contribution_id uuid NOT NULL REFERENCES contribution,
        PRIMARY KEY (household_id, month)
    )
    """,
    # Why a person is exempt is a matter of health: sealed. That a family is unable to pay is not.
    """
    CREATE TABLE exemption (
        exemption_id uuid PRIMARY KEY,
        household_id uuid NOT NULL REFERENCES coverage,
        citizen_id uuid,
        kind text NOT NULL CHECK (kind IN ('unable', 'medical')),
        sealed bytea,
        first_day date NOT NULL,
        last_day date,
        reference text NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        superseded_at timestamptz,
        CHECK (last_day IS NULL OR last_day >= first_day),
        CHECK ((kind = 'unable') = (citizen_id IS NULL)),
        CHECK ((kind = 'medical') = (sealed IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX exemption_current ON exemption (household_id, citizen_id) NULLS NOT DISTINCT"
    " WHERE superseded_at IS NULL",
]

ENCOUNTERS = [
    """
    CREATE TABLE encounter (
        encounter_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        patient_id uuid NOT NULL,
        card_id uuid NOT NULL,
        payer_id uuid NOT NULL,
        provider_id uuid NOT NULL REFERENCES provider,
        terminal_id uuid NOT NULL REFERENCES clinic_terminal,
        service text NOT NULL,
        emergency boolean NOT NULL,
        referral_id uuid,
        occurred_at timestamptz NOT NULL,
        business_day date NOT NULL,
        recorded_at timestamptz NOT NULL,
        total bigint NOT NULL CHECK (total >= 0),
        copayment bigint NOT NULL CHECK (copayment >= 0),
        insurer_part bigint NOT NULL CHECK (insurer_part >= 0),
        cap_applied boolean NOT NULL,
        exempt boolean NOT NULL,
        copayment_id uuid NOT NULL UNIQUE,
        copayment_state text NOT NULL CHECK (copayment_state IN ('none', 'due', 'paid', 'failed')),
        failure text,
        settled_at timestamptz,
        sealed bytea NOT NULL,                  -- diagnosis and lines
        CONSTRAINT encounter_divided CHECK (copayment + insurer_part = total),
        CONSTRAINT encounter_exempt_pays_nothing CHECK (NOT exempt OR copayment = 0),
        CONSTRAINT encounter_nothing_due CHECK ((copayment_state = 'none') = (copayment = 0)),
        CONSTRAINT encounter_failure_has_reason CHECK ((copayment_state = 'failed') = (failure IS NOT NULL))
    ) WITH (fillfactor = 85)
    """,
    "CREATE INDEX encounter_provider ON encounter (provider_id, encounter_id)",
    "CREATE INDEX encounter_patient ON encounter (patient_id, encounter_id)",
    # One row is locked by every visit of a patient that counts in the same cap.
    """
    CREATE TABLE cap_use (
        patient_id uuid NOT NULL,
        service text NOT NULL,
        period text NOT NULL,
        used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
        cap bigint NOT NULL,                    -- the highest that was in force at one of its visits
        PRIMARY KEY (patient_id, service, period),
        CONSTRAINT cap_use_within_cap CHECK (used <= cap)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE referral (
        referral_id uuid PRIMARY KEY,
        encounter_id uuid NOT NULL REFERENCES encounter,
        patient_id uuid NOT NULL,
        service text NOT NULL,
        last_day date NOT NULL
    )
    """,
    "CREATE INDEX referral_encounter ON referral (encounter_id)",
]


def upgrade() -> None:
    for statement in (*chassis_ddl(), *POLICIES, *PROVIDERS, *PEOPLE, *COVERAGE, *ENCOUNTERS):
        op.execute(statement)

"""What the rules apply to, and their limits. Change a rule's reach here, not in the rule."""

from __future__ import annotations

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70

SKIPPED_FOLDERS = frozenset({".git", ".venv", ".unicard", "__pycache__", "node_modules", "build", "dist"})

# Where business time must come from the injected clock.
SERVICES = ("*/src/**",)
# Packages that run in production; everything else helps to build, test, measure or show them.
PRODUCTION = (
    "libs/contracts/src/**",
    "libs/chassis/src/**",
    "libs/policies/src/**",
    "libs/approvals/src/**",
    *SERVICES,
)
# Test fixtures that live inside an installed package.
TEST_SUPPORT = (
    "libs/chassis/src/chassis/testing*.py",
    "libs/policies/src/policybook/testing.py",
    "libs/approvals/src/approvals/testing.py",
    "libs/devstack/src/devstack/pytest_*.py",
)

# What every problem document says by itself (RFC 9457, 3.1, and this project's): no extension has such a name. `detail`
# and `detail_ar` are parameters of every refusal.
PROBLEM_MEMBERS = frozenset({"type", "title", "title_ar", "status", "code", "instance", "request_id"})

# What a function says that works in a session it was given.
SESSIONS = frozenset({"AsyncSession", "ReadSession", "Work", "Recording", "Reading"})

# Where what a caller is bound to is compared with where an object belongs, and the fields of `Bound`; those of
# `BOUND_AREAS` are not even read elsewhere.
COMPARES_BOUNDS = "libs/chassis/src/chassis/area.py"
BOUND_AREAS = frozenset({"governorate", "district"})
BOUND_FIELDS = BOUND_AREAS | {"outlet_id", "provider_id", "site_id", "authority"}

# A loopback address may be a default here and nowhere else; `host:port` is how a setting's form is explained.
# The edge binds its admin port to the loopback by design.
LOOPBACK_ALLOWED = (
    "**/settings.py",
    "**/sign_in_settings.py",
    "libs/devstack/src/**",
    "bench/**",
    "gateway/src/api_gateway/edge/*.py",
    "tools/lint/config.py",
)
LOOPBACK = ("127.0.0.1", "localhost", "host:port")
# What looks like an address and is never looked up: names of standards, and Envoy's name for its own cluster.
NAMES_ONLY = (
    "https://json-schema.org/",
    "http://json-schema.org/",
    "http://www.w3.org/",
    "http://gateway/.well-known/jwks",
    "http://terminology.hl7.org/CodeSystem",
    "http://unitsofmeasure.org",
)

# Where a system on its default ports listens: a test that names one of them meets that system.
DEFAULT_PORTS = frozenset({8080, 9901, *range(8100, 8108), *range(8110, 8116), 8190, 15432, 19092, 19093, 19094, 9090})

# Pure modules that decide by policy: their figures come from dated rows, so that no number may stand in them
# but 0, 1 and -1 (nothing, one, the last). What is no rule of the programme is excused below with its meaning.
RULE_MODULES = (
    "supply-service/src/supply_service/rules/*.py",
    "card-service/src/card_service/cards/lifecycle.py",
    "card-service/src/card_service/cards/pins.py",
    "card-service/src/card_service/distribution/planning.py",
    "card-service/src/card_service/rollout/phases.py",
    "notify-service/src/notify_service/messages/lifecycle.py",
    "payment-service/src/payment_service/ledger/rules.py",
    "health-service/src/health_service/rules/*.py",
    "libs/approvals/src/approvals/rules.py",
)
RULE_EXCEPTIONS: dict[str, dict[int, str]] = {
    "card-service/src/card_service/cards/pins.py": {
        4: "digits the keypads of the terminals ask for",
        2: "halves of a PIN",
        16: "bytes of salt",
    },
    "card-service/src/card_service/distribution/planning.py": {24: "hours of a day"},
    "health-service/src/health_service/rules/standing.py": {31: "days after a first of a month that are past it"},
    "supply-service/src/supply_service/rules/account.py": {28: "a day every month has", 4: "days that lead past it"},
    "supply-service/src/supply_service/rules/allowance.py": {100: "piastres of a pound"},
    "supply-service/src/supply_service/rules/figures.py": {
        2: "a step of a policy is a pair",
        400: "days kept in memory",
    },
}

# Figures of the programmes, recognisable enough to look for in all production code.
KNOWN_FIGURES: dict[str, str] = {
    "150": "loaves a person a month",
    "725": "loaves from a sack of flour",
    "1450": "loaves from 100 kg of flour",
    "12.6": "price of sugar in pounds",
    "1260": "price of sugar in piastres",
    "10.5": "former price of sugar in pounds",
    "1050": "former price of sugar in piastres",
    "5.38": "settlement of a loaf",
    "11.59": "settlement of a loaf",
    "12.34": "settlement of a loaf",
    "10.53": "settlement of a loaf",
    "11.36": "settlement of a loaf",
    "20.89": "cost of baking a loaf",
    "28000": "income limit",
    "482": "cap of a co-payment",
    "1204": "cap of a co-payment",
    "1606": "cap of a co-payment",
}

# Words that belong to the demonstration and to the stand-in for the SMS network.
STAND_IN_WORDS = frozenset({"demo", "demos", "sink", "sinks"})

MONEY_WORDS = frozenset(
    {
        "amount",
        "price",
        "cash",
        "balance",
        "piastre",
        "piastres",
        "egp",
        "fee",
        "allowance",
        "settlement",
        "money",
    }
)

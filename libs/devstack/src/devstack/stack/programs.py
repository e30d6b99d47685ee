"""The table of the stack's own processes: which package, which port, what it is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack import training
from devstack.engines.ports import LOOPBACK
from devstack.settings import KAFKA_VARIABLE, PORTS, POSTGRES_VARIABLE, WORK, StackSettings

if TYPE_CHECKING:
    from broker_access.connection import Kafka

DATABASE_PREFIX = "unicard_"


@dataclass(frozen=True)
class Program:
    """One service: its name in the stack, its package, and the secrets it alone is told."""

    name: str
    package: str
    secrets: tuple[str, ...] = ()

    @property
    def database(self) -> str:
        """Its database, and the role it runs as."""
        return f"{DATABASE_PREFIX}{self.name}"

    @property
    def owner(self) -> str:
        """The role that owns its tables and runs its migrations, and nothing else."""
        return f"{self.database}_owner"

    @property
    def password_name(self) -> str:
        """Under which name its role's password is kept among the secrets."""
        return f"{self.name.upper()}_DATABASE_PASSWORD"

    @property
    def record_keys_name(self) -> str:
        """Under which name the ring is kept that wraps the keys of persons in its record."""
        return f"{self.name.upper()}_RECORD_DATA_KEYS"

    @property
    def chain_key_name(self) -> str:
        """Under which name the key of its record's chain is kept."""
        return f"{self.name.upper()}_RECORD_CHAIN_KEY"

    @property
    def owner_password_name(self) -> str:
        """Under which name its owner's password is kept among the secrets."""
        return f"{self.name.upper()}_DATABASE_OWNER_PASSWORD"

    @property
    def kafka_password_name(self) -> str:
        """Under which name the password of its user at the broker is kept among the secrets."""
        return f"{self.name.upper()}_KAFKA_PASSWORD"


SERVICES: tuple[Program, ...] = (
    Program(
        "gateway",
        "api_gateway",
        (
            "UNICARD_GATEWAY_KEYS",
            "UNICARD_CONSOLE_CLIENT_KEY",
            "UNICARD_BOOTSTRAP_CLIENT_ID",
            "UNICARD_BOOTSTRAP_CLIENT_SECRET",
        ),
    ),
    Program(
        "card",
        "card_service",
        (
            "UNICARD_CONTACT_KEYS",
            "UNICARD_CARD_DATA_KEYS",
            "UNICARD_CARD_LOOKUP_KEY",
            "UNICARD_CARD_PIN_KEY",
            "UNICARD_CARD_PIN_TRANSPORT_KEYS",
            "UNICARD_CARD_SIGNING_KEYS",
            "UNICARD_RATION_CARD_KEY",
        ),
    ),
    Program(
        "supply",
        "supply_service",
        ("UNICARD_PLACE_CONTACT_KEYS", "UNICARD_RATION_CARD_KEY", "UNICARD_SUPPLY_SIGNING_KEYS"),
    ),
    Program("health", "health_service", ("UNICARD_HEALTH_DATA_KEYS", "UNICARD_PLACE_CONTACT_KEYS")),
    Program("payment", "payment_service"),
    Program(
        "notify",
        "notify_service",
        (
            "UNICARD_SMS_TOKEN",
            "UNICARD_CONTACT_KEYS",
            "UNICARD_PLACE_CONTACT_KEYS",
            "UNICARD_NOTIFY_DATA_KEYS",
            "UNICARD_NOTIFY_LOOKUP_KEY",
        ),
    ),
)


@dataclass(frozen=True)
class Front(Program):
    """Pages for people, behind the edge: `path` is where they begin, `what` they are called, for whoever starts them.

    Where `keeps`, it has a database of its own, as a service has; a broker it has never.
    """

    path: str = ""
    what: str = ""
    keeps: bool = False


FRONTS: tuple[Front, ...] = (
    Front("citizen", "citizen_page", ("UNICARD_CITIZEN_KEYS",), path="/citizen", what="citizens' page"),
    Front(
        "console",
        "staff_console",
        ("UNICARD_CONSOLE_KEYS", "UNICARD_CONSOLE_CLIENT_KEY"),
        path="/console",
        what="console",
        keeps=True,
    ),
)
DATABASES: tuple[Program, ...] = (*SERVICES, *(front for front in FRONTS if front.keeps))

# What only the stack may know: a service must not inherit the superuser's address.
_KEPT_BACK = frozenset(
    {POSTGRES_VARIABLE, KAFKA_VARIABLE, "UNICARD_KAFKA_USER", "UNICARD_KAFKA_PASSWORD", "UNICARD_PORT", "UNICARD_HOST"}
)


def processes(program: Program, settings: StackSettings) -> dict[str, str]:
    """What a service runs as: the name of each of its processes, and that one's role."""
    return {program.name: "api", program.name + WORK: "work"} if settings.apart else {program.name: "all"}


def service_environment(
    program: Program, settings: StackSettings, secrets: Mapping[str, str], database_url: str, brokers: Kafka, role: str
) -> dict[str, str]:
    """The environment of one process of a service: the caller's settings, then the stack's.

    `brokers`: the administrator's way to them; a service logs in as itself, or as nobody where the administrator does.
    """
    environment = _inherited(settings)
    environment |= {
        "UNICARD_DATABASE_URL": database_url,
        **_kafka_environment(program, settings, secrets, brokers),
        "UNICARD_HOST": LOOPBACK,
        "UNICARD_PORT": str(settings.ports[program.name]),
        "UNICARD_RELAY_ADDRESS": f"{LOOPBACK}:{settings.ports[program.name + WORK]}",
        "UNICARD_JWKS_URL": f"{settings.url('gateway')}/.well-known/jwks.json",
        "UNICARD_ISSUER": issuer(settings),
        "UNICARD_TRAINING_CLOCK": "true",
        "UNICARD_TRAINING": str(settings.training).lower(),
        "UNICARD_RECORD_DATA_KEYS": secrets[program.record_keys_name],
    }
    if role != "api":  # whoever answers requests cannot chain what it has changed
        environment["UNICARD_RECORD_CHAIN_KEY"] = secrets[program.chain_key_name]
    return environment | _own_settings(program, settings) | {name: secrets[name] for name in program.secrets}


def _kafka_environment(
    program: Program, settings: StackSettings, secrets: Mapping[str, str], brokers: Kafka
) -> dict[str, str]:
    told = {"UNICARD_KAFKA_BOOTSTRAP": brokers.bootstrap, "UNICARD_KAFKA_SECURITY": brokers.security}
    told["UNICARD_TOPIC_PREFIX"] = settings.topic_prefix  # training's, which stands in no environment
    if settings.kafka is None:
        told["UNICARD_KAFKA_BOOTSTRAP"] = f"{LOOPBACK}:{settings.ports['kafka']}"
    if brokers.security != "plaintext":
        told["UNICARD_KAFKA_USER"] = settings.topic_prefix + program.name
        told["UNICARD_KAFKA_PASSWORD"] = secrets[program.kafka_password_name]
    return told


def _own_settings(program: Program, settings: StackSettings) -> dict[str, str]:
    """Where one service finds the others it calls."""
    if program.name == "gateway":
        others = {f"UNICARD_{other.name.upper()}_URL": settings.url(other.name) for other in SERVICES}
        return others | {"UNICARD_GATEWAY_PUBLIC_URL": settings.url("edge")}
    card = settings.url("card")
    proofs = {"UNICARD_HOLDER_PROOF_KEYS_URL": f"{card}/v1/holder-proof-keys"}
    if program.name == "supply":
        # The demo's days pass in seconds: what was sold without a network comes before the clock closes them.
        wait = _inherited(settings).get("UNICARD_CLOSING_WAIT_SECONDS", "120")
        keys = {"UNICARD_CREDENTIAL_KEYS_URL": f"{card}/v1/credential-keys"}
        return proofs | keys | {"UNICARD_CLOSING_WAIT_SECONDS": wait}
    if program.name == "health":
        return proofs
    if program.name == "payment":
        return proofs | {"UNICARD_CARD_URL": card}
    if program.name == "notify":
        return {"UNICARD_SMS_URL": settings.url("sink")}
    return {}


def front_environment(
    front: Front, settings: StackSettings, secrets: Mapping[str, str], database_url: str
) -> dict[str, str]:
    """The environment of pages for people: where the services are, and how browsers name the edge."""
    told = {f"UNICARD_{other.name.upper()}_URL": settings.url(other.name) for other in SERVICES}
    told |= {
        "UNICARD_HOST": LOOPBACK,
        "UNICARD_PORT": str(settings.ports[front.name]),
        f"UNICARD_{front.name.upper()}_PUBLIC_URL": settings.url("edge"),
        "UNICARD_ISSUER": issuer(settings),
        "UNICARD_TRAINING": str(settings.training).lower(),
    }
    if front.keeps:
        told["UNICARD_DATABASE_URL"] = database_url
    return _inherited(settings) | told | {name: secrets[name] for name in front.secrets}


def sink_environment(settings: StackSettings, secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment of the SMS sink."""
    return _inherited(settings) | {
        "UNICARD_SINK_PORT": str(settings.ports["sink"]),
        "UNICARD_SINK_DATABASE": str(settings.folder / "sink.db"),
        "UNICARD_SINK_GATEWAY_URL": settings.url("edge"),
        "UNICARD_SINK_CLIENTS": str(settings.clients_file),
        "UNICARD_SMS_TOKEN": secrets["UNICARD_SMS_TOKEN"],
    }


def edge_environment(settings: StackSettings) -> dict[str, str]:
    """What `api_gateway.edge` writes Envoy's configuration from."""
    environment = _inherited(settings) | {
        "UNICARD_EDGE_ISSUER": issuer(settings),
        "UNICARD_EDGE_TRAINING": str(settings.training).lower(),
        "UNICARD_EDGE_PORT": str(settings.ports["edge"]),
        "UNICARD_EDGE_ADMIN_PORT": str(settings.ports["edge-admin"]),
    }
    for program in (*SERVICES, *FRONTS):
        environment[f"UNICARD_EDGE_{program.name.upper()}"] = f"{LOOPBACK}:{settings.ports[program.name]}"
    return environment


def issuer(settings: StackSettings) -> str:
    """Whose tokens are accepted: the edge's address, and the name tokens bore before, which training's never did."""
    return settings.url("edge") if settings.training else f"{settings.url('edge')},unicard"


def _inherited(settings: StackSettings) -> dict[str, str]:
    """The caller's settings; in training `UNICARD_TRAINING_X` as `UNICARD_X`, without where the first system is."""
    given = training.environment(os.environ, PORTS, settings.folder) if settings.training else os.environ
    environment = {name: value for name, value in given.items() if name not in _KEPT_BACK}
    return environment | {"PYTHONUNBUFFERED": "1"}

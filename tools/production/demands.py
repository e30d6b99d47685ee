"""Configuration checks (hardening): what stands between an installation's settings and real data. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

SHORTEST_SECRET = 24
_WEAK = ("password", "changeme", "change-me", "secret", "example", "unicard", "admin", "postgres", "test", "demo")
BOOTSTRAP = "UNICARD_BOOTSTRAP_CLIENT_SECRET"
TLS = "UNICARD_EDGE_TLS"
PUBLIC = "UNICARD_PUBLIC_URL"


def faults(settings: Mapping[str, str], secrets: Mapping[str, str], edge: Mapping[str, str]) -> list[str]:
    """Each thing that must change first, as a sentence; `edge` are the settings of deploy/edge.env."""
    return [*_demonstration(settings, secrets), *_addresses(settings, edge), *_weak(secrets)]


def _demonstration(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Iterator[str]:
    if "demo" in settings.get("COMPOSE_PROFILES", "").split(","):
        yield "COMPOSE_PROFILES names demo: the SMS stand-in and the demonstration's clients are not for real data."
    if settings.get("UNICARD_TRAINING_CLOCK", "false").strip().lower() not in {"false", "0", "no", "off", ""}:
        yield "UNICARD_TRAINING_CLOCK must be false: business time must not be moved."
    sms = urlsplit(settings.get("UNICARD_SMS_URL", ""))
    lines = settings.get("UNICARD_SMPP_PROVIDERS", "[]").strip() not in {"", "[]"}
    if (sms.scheme != "https" or not sms.hostname or sms.hostname == "sink") and (sms.path or sms.scheme or not lines):
        yield "UNICARD_SMS_URL must be the aggregator's https address, not the stand-in's."
    if secrets.get(BOOTSTRAP):
        yield f"{BOOTSTRAP} must be empty: it lets register other clients. Empty the file secrets/{BOOTSTRAP}."
    if settings.get("UNICARD_LOG_LEVEL", "INFO").upper() not in {"INFO", "WARNING", "ERROR"}:
        yield "UNICARD_LOG_LEVEL must be INFO, WARNING or ERROR."


def _addresses(settings: Mapping[str, str], edge: Mapping[str, str]) -> Iterator[str]:
    public = urlsplit(settings.get(PUBLIC, ""))
    if public.scheme != "https" or not public.hostname or _is_loopback(public.hostname):
        yield f"{PUBLIC} must be the https address by which terminals and ministries reach the edge."
    listens = settings.get("UNICARD_EDGE_ADDRESS") or "localhost"
    given = edge.get("UNICARD_EDGE_TLS_CERTIFICATE") and edge.get("UNICARD_EDGE_TLS_KEY")
    if not given and not settings.get(TLS) and not _is_loopback(listens):
        yield f"UNICARD_EDGE_ADDRESS is not the loopback: give the edge a certificate ({TLS}) first."


def _weak(secrets: Mapping[str, str]) -> Iterator[str]:
    holders: dict[str, list[str]] = {}
    for name, value in secrets.items():
        if name == BOOTSTRAP or name.endswith("_PASSWORDS"):  # these are what others gave, as their protocol has it
            continue
        if len(value) < (SHORTEST_SECRET - 2 if name.endswith("_CLUSTER_ID") else SHORTEST_SECRET):
            yield f"{name} has fewer than {SHORTEST_SECRET} characters."
        if value.lower().startswith(_WEAK):
            yield f"{name} begins like a default: such words are tried first."
        holders.setdefault(value, []).append(name)
    yield from (f"{' and '.join(names)} have one value: each needs its own." for names in holders.values() if names[1:])


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

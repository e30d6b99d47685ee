"""What the edge must be told: addresses, limits and deadlines (`UNICARD_EDGE_…`)."""

from __future__ import annotations

from ipaddress import ip_address

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.endpoints import Rate
from chassis.settings import names_of


class EdgeSettings(BaseSettings):
    """Settings of the edge. Upstreams are `host:port[,host:port…]`: addresses, or names that DNS resolves."""

    model_config = SettingsConfigDict(env_prefix="UNICARD_EDGE_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    admin_port: int = Field(default=9901, ge=1, le=65535, description="Envoy's own pages, on the loopback only")
    stats_host: str = "127.0.0.1"
    stats_port: int | None = Field(
        default=None, ge=1, le=65535, description="a listener that shows /stats/prometheus and nothing else of Envoy"
    )
    tls_certificate: str | None = Field(default=None, description="PEM file; with tls_key the edge speaks TLS")
    tls_key: str | None = None
    tls_ends_before: bool = Field(
        default=False, description="something before the edge speaks TLS to callers: it may listen to others without"
    )
    upstream_ca: str | None = Field(
        default=None, description="PEM file; with it the edge speaks TLS to the services and checks their certificates"
    )

    training: bool = Field(default=False, description="every answer says so in a header Training")

    gateway: str = "127.0.0.1:8100"
    card: str = "127.0.0.1:8101"
    supply: str = "127.0.0.1:8102"
    health: str = "127.0.0.1:8103"
    payment: str = "127.0.0.1:8104"
    notify: str = "127.0.0.1:8105"
    citizen: str = "127.0.0.1:8106"
    console: str = "127.0.0.1:8107"

    otlp: str | None = Field(default=None, description="OpenTelemetry collector (HTTP) for the edge's spans")
    trace_percent: float = Field(default=0, ge=0, le=100, description="share of requests whose spans are sent there")

    issuer: str = Field(
        default="http://127.0.0.1:8080,unicard", description="names under which tokens are accepted, as in services"
    )
    audience: str = "unicard-api"
    jwks_refresh_seconds: int = Field(default=5, ge=1, description="how soon a new signing key is known here")
    token_cache: int = Field(default=16384, ge=1, description="verified tokens remembered until they expire")

    sale_per_second: int = Field(default=50, ge=1, description="for each terminal; the burst is twice as much")
    standard_per_second: int = Field(default=200, ge=1, description="for each client; the burst is twice as much")
    bulk_per_second: int = Field(default=5, ge=1, description="for each client; the burst is four times as much")
    token_per_second: int = Field(default=50, ge=1, description="for each address; the burst is 20 times as much")
    public_per_second: int = Field(default=50, ge=1, description="for each address; the burst is 4 times as much")
    rate_buckets: int = Field(default=65536, ge=1, description="clients whose rate is remembered, for each class")

    max_connections: int = Field(default=10000, ge=1, description="clients connected at once")
    max_heap_mib: int = Field(default=512, ge=64, description="beyond it new requests are refused")
    upstream_connections: int = Field(default=512, ge=1, description="to each service")
    upstream_pending: int = Field(default=4096, ge=1, description="requests waiting for a connection, each service")
    header_timeout_seconds: int = Field(default=10, ge=1, description="for the headers to arrive")
    body_timeout_seconds: int = Field(default=60, ge=1, description="for the whole request to arrive")
    idle_timeout_seconds: int = Field(default=300, ge=1, description="kept connections without a request")

    @model_validator(mode="after")
    def _tls_is_whole(self) -> EdgeSettings:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        return self

    @model_validator(mode="after")
    def _others_are_met_with_tls(self) -> EdgeSettings:
        if self.tls_certificate is None and not self.tls_ends_before and not is_loopback(self.host):
            raise ValueError(
                f"the edge would speak without TLS to others than this machine, on {self.host}: give tls_certificate"
                " and tls_key, or say tls_ends_before=true where something before it ends TLS"
            )
        return self

    @property
    def issuers(self) -> tuple[str, ...]:
        """The names under which tokens are accepted."""
        return names_of(self.issuer)

    def endpoints(self, upstream: str) -> list[tuple[str, int]]:
        """Host and port of every replica of a service. Raises ValueError for anything but `host:port`."""
        return endpoints(str(getattr(self, upstream)))

    def bucket(self, rate: Rate) -> tuple[int, int]:
        """Calls a second and burst of a class of calls."""
        burst = {Rate.SALE: 2, Rate.STANDARD: 2, Rate.BULK: 4, Rate.TOKEN: 20, Rate.PUBLIC: 4}
        per_second = int(getattr(self, f"{rate.value}_per_second"))
        return per_second, per_second * burst[rate]


def endpoints(addresses: str) -> list[tuple[str, int]]:
    """Host and port of each of `host:port[,host:port…]`. Raises ValueError for anything else."""
    found = []
    for address in addresses.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"{address!r} is not host:port")
        found.append((host.strip("[]"), int(port)))
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def defaults() -> EdgeSettings:
    """The settings as they stand in the code, whatever the environment says."""
    return EdgeSettings.model_construct()

"""Settings of signing in: `UNICARD_SIGNIN_…`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.settings import ServiceSettings

COMMAND_LINE = "unicard"


class FirstPartyIn(BaseModel):
    """A client of our own that people sign in to, as the settings name it.

    With `jwks`, its public keys, it is confidential and proves itself by `private_key_jwt`; without, it is a public
    client on the person's own machine, which may come back to any port of the loopback (RFC 8252).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(pattern=r"^[a-z0-9][a-z0-9._~-]{1,127}$")
    name_ar: str
    name_en: str
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    post_logout_redirect_uris: tuple[str, ...] = ()
    jwks: dict[str, list[dict[str, str]]] | None = None


_COMMAND_LINE = FirstPartyIn(
    client_id=COMMAND_LINE,
    name_ar="أوامر الكارت الموحد",
    name_en="Unified Card command line",
    redirect_uris=("http://127.0.0.1/callback", "http://[::1]/callback"),
)


class SignInSettings(ServiceSettings):
    """What signing in must be told."""

    gateway_public_url: str = Field(
        default="http://127.0.0.1:8080",
        description="where callers and browsers reach the edge: the issuer's name, and what assertions may be for",
    )
    signin_clients: tuple[FirstPartyIn, ...] = Field(
        default=(), description="JSON: the clients people sign in to, beside the command line"
    )
    signin_token_seconds: int = Field(default=300, ge=30, le=900, description="how long a person's token is good")
    signin_code_seconds: int = Field(default=60, ge=10, le=600, description="how long an authorization code is good")
    signin_idle_minutes: int = Field(default=15, ge=1, le=120, description="a session ends when unused so long")
    signin_longest_hours: int = Field(default=10, ge=1, le=24, description="a session ends after so long at the latest")
    signin_step_minutes: int = Field(default=15, ge=1, le=60, description="how long the steps of one sign-in may take")
    signin_hashes_at_once: int = Field(default=4, ge=1, le=64, description="passwords judged at once, 19 MiB each")
    signin_free_tries: int = Field(default=5, ge=3, le=20, description="wrong tries before the next one has to wait")
    signin_longest_delay_seconds: int = Field(default=900, ge=1, le=3600, description="the longest of those delays")
    signin_address_failures: int = Field(
        default=100, ge=5, description="failures from one address within 15 minutes before it is refused"
    )
    signin_shortest_password: int = Field(default=12, ge=8, le=64, description="characters a password must have")

    @model_validator(mode="after")
    def _clients_differ(self) -> SignInSettings:
        clients = [client.client_id for client in self.first_parties]
        if len(clients) != len(set(clients)):
            raise ValueError("signin_clients: a client_id stands twice")
        return self

    @property
    def public_url(self) -> str:
        """Where browsers reach the edge, without a slash at its end."""
        return self.gateway_public_url.rstrip("/")

    @property
    def first_parties(self) -> tuple[FirstPartyIn, ...]:
        """The clients people sign in to."""
        return (*self.signin_clients, _COMMAND_LINE)

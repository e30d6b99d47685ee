"""Settings of signing in: `UNICARD_SIGNIN_…`."""

from __future__ import annotations

from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from api_gateway.keys import public_jwk
from chassis.sealing import key_bytes
from chassis.settings import ServiceSettings

COMMAND_LINE = "unicard"
CONSOLE = "console"


def _words(value: object) -> object:
    """The words of a text with commas."""
    return frozenset(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _key(value: SecretStr) -> SecretStr:
    key_bytes(value.get_secret_value())
    return value


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
    console_client_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None,
        description="32 bytes in base64url: the Ed25519 key by which the console at the edge proves itself",
    )
    signin_token_seconds: int = Field(default=300, ge=30, le=900, description="how long a person's token is good")
    signin_code_seconds: int = Field(default=60, ge=10, le=600, description="how long an authorization code is good")
    signin_idle_minutes: int = Field(default=15, ge=1, le=120, description="a session ends when unused so long")
    signin_longest_hours: int = Field(default=10, ge=1, le=24, description="a session ends after so long at the latest")
    signin_step_minutes: int = Field(default=15, ge=1, le=60, description="how long the steps of one sign-in may take")
    signin_hashes_at_once: int = Field(default=2, ge=1, le=64, description="judged at once: 19 MiB, a core each")
    signin_free_tries: int = Field(default=5, ge=3, le=20, description="wrong tries before the next one has to wait")
    signin_longest_delay_seconds: int = Field(default=900, ge=1, le=3600, description="the longest of those delays")
    signin_address_failures: int = Field(
        default=100, ge=5, description="failures from one address within 15 minutes before it is refused"
    )
    signin_shortest_password: int = Field(default=12, ge=8, le=64, description="characters a password must have")

    citizen_code_minutes: int = Field(default=5, ge=1, le=10, description="how long a citizen's code is good")
    citizen_code_tries: int = Field(default=5, ge=1, le=10, description="wrong tries before a code is void")
    citizen_codes_an_hour: int = Field(default=3, ge=1, description="codes sent for one national id")
    citizen_codes_a_day: int = Field(default=10, ge=1, description="codes sent for one national id")
    citizen_codes_a_minute: int = Field(default=600, ge=1, description="codes sent for all: what messages may cost")
    citizen_token_seconds: int = Field(default=900, ge=60, le=1800, description="how long a citizen's token is good")
    local_accounts: Literal["on", "break-glass", "off"] = Field(
        default="on", description="whether people sign in by passwords and passkeys of ours, or a named few only"
    )
    break_glass: Annotated[frozenset[str], NoDecode, BeforeValidator(_words)] = Field(
        default=frozenset(),
        description="names, a comma between, that sign in here while local accounts are break-glass",
    )
    oidc_issuer: str | None = Field(default=None, description="the outside OpenID provider; none without it")
    oidc_client_id: str = Field(default="", description="what the gateway is called there")
    oidc_client_key_file: str | None = Field(
        default=None, description="private JWK: proves the gateway there (private_key_jwt)"
    )
    oidc_client_secret: SecretStr | None = Field(default=None, description="or a secret (client_secret_basic)")
    oidc_claims: str | None = Field(default=None, description="TOML file: which claim means what, see its package")
    oidc_scope: str = "openid profile"
    oidc_strong_amr: Annotated[frozenset[str], NoDecode, BeforeValidator(_words)] = Field(
        default=frozenset({"mfa", "hwk", "otp"}), description="methods that count as two factors shown there"
    )
    oidc_strong_acr: Annotated[frozenset[str], NoDecode, BeforeValidator(_words)] = Field(
        default=frozenset(), description="classes that do"
    )
    oidc_seconds: float = Field(default=5.0, gt=0, description="how long the gateway waits for the outside provider")

    @model_validator(mode="after")
    def _provider_is_whole(self) -> SignInSettings:
        if self.local_accounts == "off" and self.oidc_issuer is None:
            raise ValueError("local_accounts=off needs oidc_issuer: nobody could sign in")
        if self.oidc_issuer is not None and not (
            self.oidc_client_id and (self.oidc_client_key_file or self.oidc_client_secret)
        ):
            raise ValueError("oidc_issuer needs oidc_client_id, and oidc_client_key_file or oidc_client_secret")
        return self

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
        return (*self.signin_clients, *self._console(), _COMMAND_LINE)

    def _console(self) -> tuple[FirstPartyIn, ...]:
        """The console, which is at the edge's own address; the key's public half is all that is used of it here."""
        if self.console_client_key is None:
            return ()
        private = Ed25519PrivateKey.from_private_bytes(key_bytes(self.console_client_key.get_secret_value()))
        public = public_jwk(private.public_key().public_bytes_raw())
        return (
            FirstPartyIn(
                client_id=CONSOLE,
                name_ar="لوحة العمل",
                name_en="Console",
                redirect_uris=(f"{self.public_url}/console/callback",),
                post_logout_redirect_uris=(f"{self.public_url}/console/signed-out",),
                jwks={"keys": [{**public, "kid": CONSOLE, "use": "sig", "alg": "EdDSA"}]},
            ),
        )

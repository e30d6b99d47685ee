"""The two grants of people's sign-in, on Authlib's: a code with PKCE exchanged, a session gone on with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode

from api_gateway.database import MACHINE_TIME
from api_gateway.signin.chance import mark_of, new_secret
from api_gateway.signin.holder import Holder
from api_gateway.signin.provider import storage
from api_gateway.signin.provider.requests import ProviderRequest
from api_gateway.signin.provider.storage import Code, RefreshToken

if TYPE_CHECKING:
    from api_gateway.signin.clients import FirstParty
    from api_gateway.signin.provider.server import Provider

PROOFS: Final = ["private_key_jwt", "none"]
_LONGEST_NONCE = 255


class CodeGrant(AuthorizationCodeGrant):
    """Codes that lie in the table by their marks, are good for a minute and once."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = PROOFS
    server: Provider
    request: ProviderRequest

    def generate_authorization_code(self) -> str:
        """A fresh code."""
        return new_secret()

    def save_authorization_code(self, code: str, request: ProviderRequest) -> None:
        """Write a code for the session that is signed in."""
        fields, holder = request.fields, self.server.holder_of(request)
        made = Code(
            client_id=request.client.client_id,
            redirect_uri=fields["redirect_uri"],
            challenge=fields["code_challenge"],
            nonce=fields["nonce"],
            scope=request.scope,
            sid=holder.session.sid,
        )
        expires_at = MACHINE_TIME.now() + timedelta(seconds=self.server.settings.signin_code_seconds)
        storage.save_code(self.server.sync, mark_of(code), made, expires_at)

    def query_authorization_code(self, code: str, client: FirstParty) -> Code | None:
        """Use the code up: whatever is wrong with the rest of the request, it is good no more."""
        return storage.use_code(self.server.sync, mark_of(code), client.client_id, MACHINE_TIME.now())

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: it is used up already, and kept so that its repeat is noticed."""

    def authenticate_user(self, authorization_code: Code) -> Holder | None:
        """Whose code it is, where the session goes on."""
        holder = self.server.holder
        return holder if holder and holder.session.sid == authorization_code.sid else None


class RefreshGrant(RefreshTokenGrant):
    """Refresh tokens that die with their session.

    A client with a key proves itself each time and keeps its token; a public one gets another each time, and what was
    replaced is good no more.
    """

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = PROOFS
    server: Provider
    request: ProviderRequest

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # noqa: N802 - Authlib's name
        """Whether the client gets another token."""
        return bool(self.request.client.public)

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        """The token, as it was looked up before."""
        return self.server.refreshed

    def authenticate_user(self, refresh_token: RefreshToken) -> Holder | None:
        """Whose it is, where the session goes on."""
        return self.server.holder

    def revoke_old_credential(self, refresh_token: RefreshToken) -> None:
        """Note that a public client's token was replaced."""
        if self.INCLUDE_NEW_REFRESH_TOKEN:
            storage.replace_token(self.server.sync, refresh_token.mark, MACHINE_TIME.now())


class AlwaysS256(CodeChallenge):
    """PKCE for every client, by SHA-256 only: Authlib's own asks it of public clients only, and takes `plain`."""

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """That the request has a challenge, of the one method."""
        fields = grant.request.fields
        if not fields.get("code_challenge") or fields.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)

    def validate_code_verifier(self, grant: CodeGrant, result: object) -> None:
        """That the exchange has the verifier."""
        if not grant.request.fields.get("code_verifier"):
            raise InvalidRequestError("Missing 'code_verifier'")
        super().validate_code_verifier(grant, result)


class OpenIdRules(OpenIDCode):
    """OpenID Connect on the code grant: a nonce always, and what this provider does not do is refused by name."""

    def validate_openid_authorization_request(self, grant: CodeGrant, redirect_uri: str) -> None:
        """That the request is one of OpenID Connect that this provider answers."""
        super().validate_openid_authorization_request(grant, redirect_uri)
        fields = grant.request.fields
        if len(fields["nonce"]) > _LONGEST_NONCE:
            raise InvalidRequestError(f"A nonce has {_LONGEST_NONCE} characters at most.")
        if fields.get("response_mode", "query") != "query":
            raise InvalidRequestError("Only response_mode=query is known here.")
        for name in ("request", "request_uri"):
            if name in fields:
                raise InvalidRequestError("Request objects are not known here.", error=f"{name}_not_supported")
        if not fields.get("max_age", "0").isdecimal():
            raise InvalidRequestError("max_age is a number of seconds.")

    def exists_nonce(self, nonce: str, request: ProviderRequest) -> bool:
        """Never: a nonce is the client's to recognise, and stands in a code that is good once."""
        return False

    def encode_id_token(self, token: dict[str, str], request: ProviderRequest) -> str:
        """The id token, signed with the issuer's own keys."""
        provider: Provider = request.provider
        code: Code = request.authorization_code
        return provider.id_token(request, code.nonce, token["access_token"])

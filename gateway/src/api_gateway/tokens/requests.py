"""Reading a token request: what is asked, and by what the client proves itself. No I/O."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from api_gateway.tokens.errors import ClientRefused, GrantUnsupported, TokenRequestInvalid

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"
GRANTS_OF_PEOPLE = frozenset({"authorization_code", "refresh_token"})
_MAX_FIELDS = 20


@dataclass(frozen=True)
class SecretProof:
    """A client id and its secret."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class AssertionProof:
    """A signed assertion (RFC 7523); `client_id` where the form names it too."""

    assertion: str = field(repr=False)
    client_id: str | None = None


@dataclass(frozen=True)
class TokenRequest:
    """A request for a token; `scopes` is None where it asks for all the client has. `address`: where it came from."""

    proof: SecretProof | AssertionProof
    scopes: frozenset[str] | None
    address: str = ""


def parse(media_type: str | None, body: bytes, authorization: str | None) -> TokenRequest:
    """The request of a form and an Authorization header. Raises the refusals of RFC 6749 §5.2."""
    return of_machine(fields_of(media_type, body), authorization)


def of_machine(form: dict[str, str], authorization: str | None) -> TokenRequest:
    """A machine's request. Raises the refusals of RFC 6749 §5.2."""
    grant = form.get("grant_type")
    if grant is None:
        raise TokenRequestInvalid("grant_type is missing.")
    if grant != "client_credentials":
        raise GrantUnsupported(f"Known are client_credentials, {' and '.join(sorted(GRANTS_OF_PEOPLE))}.")
    scopes = frozenset(form["scope"].split()) if form.get("scope", "").strip() else None
    return TokenRequest(_proof(form, authorization), scopes)


def fields_of(media_type: str | None, body: bytes) -> dict[str, str]:
    """The fields of a form, empty ones left out. Raises TokenRequestInvalid."""
    if (media_type or "").split(";")[0].strip().lower() != FORM:
        raise TokenRequestInvalid(f"Send the fields as {FORM}.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise TokenRequestInvalid("The form cannot be read.") from error
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise TokenRequestInvalid("A field comes twice.")
    if any("\x00" in value for pair in pairs for value in pair):
        raise TokenRequestInvalid("The form holds a character that is not allowed.")
    return {name: value for name, value in pairs if value}


def _proof(form: dict[str, str], authorization: str | None) -> SecretProof | AssertionProof:
    ways = ["client_secret" in form, "client_assertion" in form, authorization is not None]
    if sum(ways) > 1:
        raise TokenRequestInvalid("Prove the client in one way only.")
    if authorization is not None:
        return _basic(authorization, form.get("client_id"))
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenRequestInvalid(f"client_assertion_type must be {ASSERTION_TYPE}.")
        return AssertionProof(form["client_assertion"], form.get("client_id"))
    if "client_id" not in form or "client_secret" not in form:
        raise ClientRefused("Send client_id with client_secret, or a client_assertion.")
    return SecretProof(form["client_id"], form["client_secret"])


def _basic(authorization: str, named: str | None) -> SecretProof:
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
        client_id, colon, secret = decoded.partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ClientRefused("The Authorization header cannot be read.") from error
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if scheme.lower() != "basic" or not colon or "\x00" in client_id:
        raise ClientRefused("The Authorization header cannot be read.")
    if named not in {None, client_id}:
        raise TokenRequestInvalid("client_id is not the one of the Authorization header.")
    return SecretProof(client_id, secret)

"""What signing in keeps at hand in one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api_gateway.sealing import Secrets
from api_gateway.sign_in_settings import SignInSettings
from api_gateway.signin.clients import FirstParty
from api_gateway.signin.directory import Directory
from api_gateway.signin.external.provider import External
from api_gateway.signin.factors.passwords import Passwords
from api_gateway.signin.flow import Flows
from api_gateway.signin.marks import Marks
from api_gateway.tokens.issuer import Issuer
from chassis.sealing import Vault


@dataclass(frozen=True)
class SignIn:
    """What signing in keeps at hand in one process.

    `vault` seals the seeds of one-time codes; `flows` the state of a sign-in between its steps; `marks` name whom
    tries are for and where they come from; `external`: the outside
    provider, where there is one.
    """

    settings: SignInSettings
    issuer: Issuer
    clients: Mapping[str, FirstParty]
    directory: Directory
    secrets: Secrets
    passwords: Passwords
    vault: Vault
    flows: Flows
    marks: Marks
    external: External | None = None

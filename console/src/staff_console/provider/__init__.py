"""The gateway as the console's OpenID provider: the console is its confidential client (code with PKCE)."""

from staff_console.provider.client import HOME, Provider, ProviderSilent, Request, SignInRefused
from staff_console.provider.tokens import Tokens

__all__ = ["HOME", "Provider", "ProviderSilent", "Request", "SignInRefused", "Tokens"]

"""Authlib's client for httpx, without its notice about the library's successor at every start."""

from __future__ import annotations

import warnings

from authlib.deprecate import AuthlibDeprecationWarning

# Authlib asks for it to be shown always, when it is imported; a filter of after that goes before.
warnings.filterwarnings("ignore", "The httpx module is deprecated", AuthlibDeprecationWarning)

from authlib.integrations.httpx_client import AsyncOAuth2Client  # noqa: E402

__all__ = ["AsyncOAuth2Client"]

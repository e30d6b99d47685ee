"""Where things are is a matter of settings, never of code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.lint import config
from tools.lint.source import Finding, Source

_PATH = re.compile(r"(?:~|/(?:home|root|tmp|usr|var|etc|opt|srv|mnt|work|Users))(?:/.*)?|[A-Z]:\\.*", re.DOTALL)
_URL = re.compile(r"\b(?:https?|postgresql|postgres|kafka|redis)://[\w.@:-]+[\w./-]*")
_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


def addresses(source: Source) -> Iterator[Finding]:
    """No absolute path in any string, and outside tests no URL or IP address either."""
    for line, text in source.strings:
        if _PATH.fullmatch(text):
            yield source.finding(line, "absolute-path", f"{text!r}: take it from the settings or from __file__")
        if source.is_test:
            continue
        for found in (*_URL.finditer(text), *_IP.finditer(text)):
            if not _allowed(source, found.group()):
                yield source.finding(line, "address-in-code", f"{found.group()!r}: an address belongs to the settings")


def _allowed(source: Source, address: str) -> bool:
    if address.startswith(config.NAMES_ONLY) or address.endswith((":", "@")):
        return True  # only a name, or the part of an f-string before the host
    loopback = any(name in address for name in config.LOOPBACK)
    return loopback and source.matches(*config.LOOPBACK_ALLOWED)

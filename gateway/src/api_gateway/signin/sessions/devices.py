"""Devices by the words people know them by. Pure."""

from __future__ import annotations

# The first mark that is found counts: most browsers name those they are like as well.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def short_name(device: str) -> str:
    """What a browser calls itself, in the words people know it by; as it is where it names none of them."""
    browser = next((name for mark, name in _BROWSERS if mark in device), "")
    system = next((name for mark, name in _SYSTEMS if mark in device), "")
    return " · ".join(word for word in (browser, system) if word) or device

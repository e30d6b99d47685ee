"""What every page is rendered with, whatever it shows."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import URL

from staff_console.web.pager import Pager


def at(address: str) -> Pager:
    """The pages of the list at an address."""
    return Pager.of(URL(address))


FRAME: dict[str, Any] = {
    "here": "/console/desk", "other": "lang=en", "training": False, "who": None, "notice": None, "restored": False,
    "menu": (), "may": lambda *_: True, "form_token": "token", "new_key": lambda: "key", "me": "person:me",
    "given": {}, "errors": {}, "searches": False, "left": 0, "nation": True,
    "pages": at("/console/desk"),
}  # fmt: skip

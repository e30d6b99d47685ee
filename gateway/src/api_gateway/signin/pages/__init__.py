"""The pages people see: server-rendered, in Arabic and English, whole without scripts but for passkeys."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api_gateway.signin.flow import Language
from api_gateway.signin.pages.texts import TEXTS
from chassis.clock import CAIRO

_HERE: Final = Path(__file__).parent
_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def render(template: str, language: Language, **facts: object) -> str:
    """A page. `facts` are the template's; every text among them is escaped."""
    index = 0 if language == "ar" else 1
    words = {name: both[index] for name, both in TEXTS.items()}
    page = _environment().get_template(f"{template}.html")
    return page.render(t=words, lang=language, dir="rtl" if language == "ar" else "ltr", **facts)


def say_training(*, training: bool) -> None:
    """Let every page of this process say that it belongs to a training installation, or no page."""
    _environment().globals["training"] = training


def as_shown(at: datetime) -> str:
    """A moment as people read it: by the clock of Cairo."""
    return f"{at.astimezone(CAIRO):%Y-%m-%d %H:%M}"


@cache
def assets() -> dict[str, tuple[bytes, str]]:
    """The pages' files by name, with their media types."""
    found = sorted((_HERE / "assets").iterdir())
    return {path.name: (path.read_bytes(), _TYPES[path.suffix[1:]]) for path in found}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["training"] = False
    return made

"""Cards on paper for a trial: sheets of A4, ten to a page, fronts and behind each its back."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import segno
from fpdf import FPDF

from card_service.printing.models import Face

# ISO/IEC 7810, ID-1, in millimetres.
WIDTH: Final = 85.6
HEIGHT: Final = 53.98
_ACROSS: Final = 2
_DOWN: Final = 5
CARDS_A_PAGE: Final = _ACROSS * _DOWN
_LEFT: Final = (210 - _ACROSS * WIDTH) / 2
_TOP: Final = (297 - _DOWN * HEIGHT) / 2
_EDGE: Final = 5.0
CODE_MM: Final = 34.0
_QUIET: Final = 4  # modules of white around a code, as ISO/IEC 18004 asks for
_FONTS: Final = Path(__file__).with_name("fonts")
_GREEN: Final = (11, 94, 70)
_INK: Final = (25, 25, 25)
_GREY: Final = (160, 160, 160)


class _Sheet(FPDF):
    """Pages of cards; every place is in millimetres from a card's upper left corner."""

    def __init__(self, made_at: datetime) -> None:
        """Letters of Arabic join and run from the right, as HarfBuzz shapes them."""
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_creation_date(made_at)
        self.set_auto_page_break(auto=False)
        self.set_margin(0)
        self.c_margin = 0
        for style, name in (("", "Amiri-Regular.ttf"), ("B", "Amiri-Bold.ttf")):
            self.add_font("Amiri", style, _FONTS / name)
        self.set_text_shaping(use_shaping_engine=True)
        self.set_title("Unified Card: cards for a trial")
        self.set_lang("ar")

    def words(self, words: str, place: tuple[float, float], size: float, align: str, style: str = "") -> None:
        """A line of text within the card's edges; one that is too long is set smaller."""
        left, top = place
        width = WIDTH - 2 * _EDGE
        self.set_font("Amiri", style, size)
        wide = self.get_string_width(words)
        if wide > width:
            self.set_font_size(size * width / wide)
        self.set_xy(left + _EDGE, top)
        self.cell(width, 5, words, align=align)

    def outline(self, left: float, top: float) -> None:
        """Where the card is cut out."""
        self.set_draw_color(*_GREY)
        self.set_line_width(0.1)
        self.rect(left, top, WIDTH, HEIGHT)


def pdf(faces: Sequence[Face], made_at: datetime) -> bytes:
    """The sheets: a page of fronts, then one of backs, which lie behind them when both sides of a leaf are printed."""
    sheet = _Sheet(made_at)
    for page in _pages(faces):
        sheet.add_page()
        for face, left, top in _places(page, mirrored=False):
            _front(sheet, face, left, top)
        sheet.add_page()
        for face, left, top in _places(page, mirrored=True):
            _back(sheet, face, left, top)
    return bytes(sheet.output())


def _pages(faces: Sequence[Face]) -> Iterator[Sequence[Face]]:
    for start in range(0, len(faces), CARDS_A_PAGE):
        yield faces[start : start + CARDS_A_PAGE]


def _places(page: Sequence[Face], *, mirrored: bool) -> Iterator[tuple[Face, float, float]]:
    for n, face in enumerate(page):
        column = n % _ACROSS
        if mirrored:
            column = _ACROSS - 1 - column
        yield face, _LEFT + column * WIDTH, _TOP + n // _ACROSS * HEIGHT


def _front(sheet: _Sheet, face: Face, left: float, top: float) -> None:
    sheet.set_fill_color(*_GREEN)
    sheet.rect(left, top, WIDTH, 13, style="F")
    sheet.set_text_color(255, 255, 255)
    sheet.words("جمهورية مصر العربية", (left, top + 1.5), 10, "R")
    sheet.words("الكارت الموحد", (left, top + 6.5), 13, "R", "B")
    sheet.words("Unified Card", (left, top + 6.5), 11, "L", "B")
    sheet.set_text_color(*_INK)
    sheet.words(face.name, (left, top + 17), 13, "R", "B")
    grouped = "  ".join(face.number[at : at + 4] for at in range(0, len(face.number), 4))
    sheet.words(grouped, (left, top + 28), 16, "C", "B")
    sheet.words(f"محافظة {face.governorate_ar}", (left, top + 38), 10, "R")
    sheet.words(face.governorate_en, (left, top + 38), 9, "L")
    sheet.words(f"صالح حتى {face.expires_on:%m/%Y}", (left, top + 45), 10, "R")
    sheet.words(f"Valid until {face.expires_on:%m/%Y}", (left, top + 45), 9, "L")
    sheet.outline(left, top)


def _back(sheet: _Sheet, face: Face, left: float, top: float) -> None:
    drawn = segno.make_qr(face.code, error="m", boost_error=False)
    image = io.BytesIO()
    drawn.save(image, kind="png", scale=8, border=_QUIET)
    sheet.image(image, left + (WIDTH - CODE_MM) / 2, top + 2, CODE_MM, CODE_MM)
    sheet.set_text_color(*_INK)
    sheet.words("يثبت الرمز أن الكارت أصلي، ولا يثبت حضور صاحبه", (left, top + 38), 9.5, "C")
    sheet.words("The code shows that the card is genuine, not that its holder is present", (left, top + 43), 7.5, "C")
    sheet.outline(left, top)

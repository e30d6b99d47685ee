"""Refusals of credentials."""

from __future__ import annotations

from chassis.problems import Forbidden


class CardNotPresented(Forbidden):
    """A terminal has to read the code printed on the card"""

    code = "card_not_presented"
    title_ar = "يجب قراءة الكود المطبوع على الكارت"

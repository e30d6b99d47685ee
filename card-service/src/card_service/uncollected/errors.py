"""What marking uncollected cards refuses."""

from __future__ import annotations

from chassis.problems import Conflict


class CardStillAwaited(Conflict):
    """Some of these cards lie elsewhere, were collected, or may still be"""

    code = "card_still_awaited"
    title_ar = "بعض هذه الكروت في مكان آخر أو سُلمت أو ما زالت مهلة استلامها قائمة"

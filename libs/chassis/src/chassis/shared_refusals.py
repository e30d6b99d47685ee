"""Refusals that more than one service gives. A code means one thing, so it has one class, with one kind."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class CardUnknown(Refusal):
    """No such card is known"""

    code = "card_unknown"
    title_ar = "الكارت غير معروف"
    kind = Kind.UNKNOWN


class CardBlocked(Refusal):
    """The card is blocked"""

    code = "card_blocked"
    title_ar = "الكارت موقوف"


class CardClosed(Refusal):
    """The card is closed"""

    code = "card_closed"
    title_ar = "الكارت ملغي"


class CardNotActive(Refusal):
    """The card is not active yet"""

    code = "card_not_active"
    title_ar = "الكارت لم يتم تفعيله بعد"


class HoldExpired(Refusal):
    """The hold has run out"""

    code = "hold_expired"
    title_ar = "انتهت مدة حجز المبلغ"


# Of a terminal that calls as of one that is named: no such thing is 404, and what its state does not allow is 409.
class TerminalUnknown(Refusal):
    """The terminal is not registered"""

    code = "terminal_unknown"
    title_ar = "الماكينة غير مسجلة"
    kind = Kind.UNKNOWN


class TerminalNotActive(Refusal):
    """The terminal is suspended"""

    code = "terminal_suspended"
    title_ar = "الماكينة موقوفة"


class TrialApart(Refusal):
    """Trial cards are used at trial outlets and providers alone, and these serve no other"""

    code = "trial_apart"
    title_ar = "كروت التجربة تستخدم في منافذ التجربة فقط"

"""Words of balances and complaints."""

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "balance": ("المتبقي هذا الشهر", "What is left this month"),
    "balance_month": ("الخبز والسلع", "Bread and goods"),
    "balance_what": ("البند", "What"),
    "balance_left": ("المتبقي", "Left"),
    "balance_away": (
        "لا يجيب الآن: {part}. أعد المحاولة بعد قليل.",
        "Does not answer just now: {part}. Try again in a while.",
    ),
    "balance_none": (
        "لا توجد حصة خبز أو سلع على الكارت هذا الشهر.",
        "There is no bread and no goods on your card this month.",
    ),
    "as_of": ("حتى {moment}", "As of {moment}"),
    "programme_bread": ("الخبز المدعم", "Bread"),
    "programme_goods": ("السلع التموينية", "Supply goods"),
    "programme_bread_points": ("نقاط الخبز", "Bread points"),
    "programme_flour": ("الدقيق", "Flour"),
    "kilogram": ("كجم", "kg"),
    "loaf_zero": ("لا يوجد", "no loaf"),
    "loaf_one": ("رغيف واحد", "{n} loaf"),
    "loaf_two": ("رغيفان", "{n} loaves"),
    "loaf_few": ("{n} أرغفة", "{n} loaves"),
    "loaf_many": ("{n} رغيفاً", "{n} loaves"),
    "loaf_other": ("{n} رغيف", "{n} loaves"),
    "bread_drawn": ("تم صرف خبز اليوم.", "Today's bread was drawn."),
    "bread_today": ("حصة اليوم: {loaves}.", "For today: {loaves}."),
    "wallet": ("المحفظة", "Wallet"),
    "wallet_held": ("مبلغ محجوز", "Held"),
    "complaints": ("الشكاوى", "Complaints"),
    "complaints_none": ("لم تقدم شكوى بعد.", "You have not complained yet."),
    "complain": ("تقديم شكوى", "Complain"),
    "complaint_number": ("شكوى رقم {n}", "Complaint {n}"),
    "complaint_category": ("موضوع الشكوى", "What it is about"),
    "complaint_text": ("ماذا حدث؟", "What has happened?"),
    "complaint_hint": (
        "متى وأين، واسم المنفذ أو المخبز. بحد أقصى {longest} حرف. لا تكتب الرقم القومي ولا الرقم السري.",
        "When and where, and which shop. At most {longest} letters. Leave out your national id and your PIN.",
    ),
    "complaint_no_category": ("اختر موضوع الشكوى", "Choose what it is about"),
    "complaint_length": (
        "اكتب ما حدث في 3 حروف على الأقل و{longest} على الأكثر، وما كُتب {n}",
        "Say what has happened in 3 to {longest} letters; there are {n}",
    ),
    "complaint_send": ("أرسل الشكوى", "Send it"),
    "complaint_entered": ("قُدمت", "Entered"),
    "complaint_due": ("يصلك الرد برسالة قبل", "The answer comes by SMS before"),
    "complaint_answered": ("تم الرد برسالة", "Answered by SMS"),
    "complaint_state_open": ("قيد النظر", "being dealt with"),
    "complaint_state_answered": ("تم الرد عليها", "answered"),
    "complaint_state_closed": ("أُغلقت", "closed"),
    "done_complaint": (
        "تم تسجيل شكواك برقم {n}. يصلك الرد برسالة.",
        "Your complaint has number {n}. The answer comes by SMS.",
    ),
}

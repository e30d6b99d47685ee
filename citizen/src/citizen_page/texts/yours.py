"""Words of purchases, outlets, one's mobile and messages."""

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "sales": ("مشترياتي", "My purchases"),
    "sales_help": (
        "ما صُرف بكارتك هذا الشهر والشهر الماضي، الأحدث أولاً.",
        "What was sold to your card this month and the last, the newest first.",
    ),
    "sales_none": ("لم يُصرف شيء بكارتك في الشهرين.", "Nothing was sold to your card in these two months."),
    "sale_line": ("{what}: {amount}", "{what}: {amount}"),
    "sale_times": ("{name} × {n}", "{name} × {n}"),
    "sale_cash": ("دفعت نقداً {amount}", "You paid {amount} in cash"),
    "sale_wallet": ("دُفع من المحفظة {amount}", "The wallet paid {amount}"),
    "sale_reversed": ("أُلغيت", "taken back"),
    "sale_not_mine": ("عملية لم تقم بها؟ قدم شكوى", "One of them is not yours? Complain"),
    "outlets": ("أقرب المخابز والمنافذ", "Bakeries and shops near"),
    "outlets_of": ("المخابز والمنافذ المسجلة في منطقتك: {place}.", "Registered in your district: {place}."),
    "outlets_none": (
        "لا توجد مخابز أو منافذ مسجلة في منطقتك بعد.",
        "No bakery or shop is registered in your district yet.",
    ),
    "outlet_open": ("يعمل", "sells now"),
    "outlet_shut": ("متوقف الآن", "does not sell now"),
    "outlet_kind_bakery": ("مخبز", "Bakery"),
    "outlet_kind_grocer": ("بقال تمويني", "Supply grocer"),
    "outlet_kind_gameaty": ("منفذ جمعيتي", "Gameaty shop"),
    "outlet_kind_complex": ("مجمع استهلاكي", "Consumer complex"),
    "mobile": ("تغيير رقم المحمول", "Change my mobile"),
    "mobile_help": (
        "نرسل رمزاً إلى الرقم الجديد ورمزاً إلى الرقم المسجل الآن، وتكتب الرمزين في الصفحة التالية.",
        "A code goes to the new number and another to the number of now; you enter both on the next page.",
    ),
    "mobile_new": ("رقم المحمول الجديد", "The new mobile number"),
    "mobile_hint": ("11 رقماً تبدأ بـ 01.", "11 digits that begin with 01."),
    "mobile_wrong": (
        "هذا ليس رقم محمول مصرياً. اكتب 11 رقماً تبدأ بـ 01",
        "That is no Egyptian mobile number. Enter 11 digits that begin with 01",
    ),
    "mobile_send": ("أرسل الرمزين", "Send both codes"),
    "mobile_lost": (
        "ليس معك الرقم المسجل؟ غيّره في مكتب التموين ومعك بطاقة الرقم القومي.",
        "You no longer have the number of now? Have it changed at a supply office, with your national id card.",
    ),
    "mobile_have": ("معك الرمزان؟ اكتبهما هنا", "You have both codes? Enter them here"),
    "mobile_codes": ("الرمزان", "Both codes"),
    "mobile_codes_help": (
        "بعد التغيير تصل رسالة إلى الرقم القديم، ولا تُفتح المحفظة ولا الرقم السري برمز على الرقم الجديد قبل أيام.",
        "The old number is told of the change, and for some days codes to the new one open neither wallet nor PIN.",
    ),
    "mobile_code_new": ("الرمز الذي وصل إلى الرقم الجديد", "The code that came to the new number"),
    "mobile_code_old": ("الرمز الذي وصل إلى الرقم المسجل الآن", "The code that came to the number of now"),
    "mobile_do": ("غيّر الرقم", "Change the number"),
    "mobile_again": ("لم يصل رمز؟ اكتب الرقم من جديد", "No code? Enter the number again"),
    "done_mobile": (
        "تم تغيير رقم المحمول. تصل رسالة إلى الرقم القديم.",
        "Your mobile was changed. The old number is told.",
    ),
    "messages": ("رسائلي", "My messages"),
    "messages_help": (
        "كل ما أُرسل إليك برسائل قصيرة، الأحدث أولاً. لا تظهر هنا الرموز.",
        "All that was sent to you by SMS, the newest first. Codes are not shown here.",
    ),
    "messages_none": ("لم تُرسل إليك رسالة بعد.", "No message was sent to you yet."),
    "message_queued": ("في الانتظار", "waiting"),
    "message_sending": ("قيد الإرسال", "being sent"),
    "message_sent": ("أُرسلت", "sent"),
    "message_delivered": ("وصلت", "delivered"),
    "message_failed": ("لم تصل", "not delivered"),
    "message_expired": ("انتهت مدتها", "given up"),
    "message_cancelled": ("أُلغيت", "cancelled"),
    "message_no_words": ("النص غير معروض.", "Its words are not shown."),
    "choices": ("لغة الرسائل ونوعها", "Language and kind of messages"),
    "choices_no_contact": (
        "لا يوجد رقم محمول مسجل لك. سجله في مكتب التموين.",
        "No mobile of yours is registered. Have it registered at a supply office.",
    ),
    "choice_language": ("لغة الرسائل", "Language"),
    "choice_arabic": ("العربية", "Arabic"),
    "choice_english": ("الإنجليزية", "English"),
    "choice_which": ("الرسائل التي تريدها", "Which messages you want"),
    "choice_which_help": (
        "الرموز والمواعيد وإيقاف الكارت والمدفوعات تصلك دائماً.",
        "Codes, appointments, a stopped card and payments are told in any case.",
    ),
    "choice_all": ("كل الرسائل", "All of them"),
    "choice_necessary": ("الضرورية فقط", "Only what is necessary"),
    "choose_one": ("اختر إجابة", "Choose one of them"),
    "choices_do": ("احفظ", "Save"),
    "done_choices": ("تم حفظ اختيارك.", "Your choice was saved."),
}

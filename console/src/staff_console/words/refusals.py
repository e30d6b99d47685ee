"""Words of what people meet instead of the page they asked for."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "refused": ("تعذر تنفيذ الطلب", "This cannot be done"),
    "silent": ("الخدمة لا تجيب الآن", "The service does not answer now"),
    "stale": ("هذه الصفحة من جلسة سابقة", "This page is of an earlier session"),
    "missing": ("الصفحة غير موجودة", "There is no such page"),
    "fault": ("حدث خلل في لوحة العمل", "Something went wrong in the console"),
    "what_next": ("ماذا تفعل الآن؟", "What to do next"),
    "number": ("رقم الطلب، اذكره عند الاستفسار", "Number of the request, to quote when you ask"),
    "faults": ("ما يلزم تصحيحه", "What has to be put right"),
    "next_check": ("راجع البيانات ثم أرسلها مرة أخرى.", "Look at what you entered and send it again."),
    "next_sign_in": ("سجّل الدخول مرة أخرى.", "Sign in again."),
    "next_rights": (
        "هذا خارج صلاحيات جهة العمل التي دخلت بها. راجع مسؤول الصلاحيات في جهتك.",
        "This is not among the rights of the office you signed in to. Ask whoever manages rights.",
    ),
    "next_missing": (
        "ابحث مرة أخرى. ما هو خارج منطقتك لا يظهر هنا.",
        "Search again. What is outside your area is not shown here.",
    ),
    "next_conflict": (
        "تغيرت البيانات أثناء عملك. افتح الصفحة من جديد وراجع حالتها.",
        "It has changed meanwhile. Open the page again and look at its state.",
    ),
    "next_later": ("انتظر قليلاً ثم حاول مرة أخرى.", "Wait a little and try again."),
    "next_repeat": (
        "لا نعرف هل تم الطلب. ارجع وأرسل النموذج نفسه مرة أخرى: لن يُنفذ مرتين.",
        "It is not known whether it was done. Go back and send the same form again: it is never done twice.",
    ),
    "next_repeat_here": (
        "لا نعرف هل تم الطلب. ما كتبته محفوظ هنا: أرسله مرة أخرى بعد قليل، ولن يُنفذ مرتين.",
        "It is not known whether it was done. What you typed is kept here: send it again in a while; it is never done"
        " twice.",
    ),
    "send_again": ("أرسل مرة أخرى", "Send it again"),
    "next_stale": ("افتح الصفحة من جديد ثم أرسل النموذج.", "Open the page anew and send the form."),
    "next_fault": (
        "حاول مرة أخرى، فإن تكرر فأبلغ الدعم الفني برقم الطلب.",
        "Try again; if it happens again, tell the support the number of the request.",
    ),
    "wait_seconds": ("المدة بالثواني", "Seconds to wait"),
    "service.gateway": ("بوابة الدخول", "Gateway"),
    "service.card": ("خدمة الكروت", "Cards"),
    "service.supply": ("خدمة التموين", "Supply"),
    "service.health": ("خدمة التأمين الصحي", "Health insurance"),
    "service.payment": ("خدمة المدفوعات", "Payments"),
    "service.notify": ("خدمة الرسائل", "Messages"),
}

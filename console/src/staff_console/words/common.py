"""Words of the frame around every page."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "system": ("الكارت الموحد", "Unified Card"),
    "console": ("لوحة العمل", "Console"),
    "training": ("نظام تدريب: لا توجد هنا بيانات حقيقية", "Training: nothing here is real"),
    "other_language": ("English", "العربية"),
    "skip": ("انتقل إلى المحتوى", "Skip to the content"),
    "menu": ("القائمة", "Menu"),
    "home": ("الرئيسية", "Home"),
    "account": ("حسابك", "Your account"),
    "sign_in": ("تسجيل الدخول", "Sign in"),
    "sign_out": ("تسجيل الخروج", "Sign out"),
    "signed_out": ("تم تسجيل الخروج", "You are signed out"),
    "signed_out_help": ("يمكنك إغلاق هذه الصفحة.", "You may close this page."),
    "sign_in_failed": ("لم يكتمل تسجيل الدخول", "The sign-in was not completed"),
    "sign_in_failed_help": (
        "انتهت مدة المحاولة أو بدأت من صفحة أخرى. ابدأ من جديد.",
        "It took too long, or was begun on another page. Begin again.",
    ),
    "nation": ("على مستوى الجمهورية", "nationwide"),
    "welcome": ("مرحباً", "Welcome"),
    "your_desks": ("ما يمكنك عمله", "What you may do"),
    "no_desks": (
        "لا توجد لوظيفتك شاشات في لوحة العمل بعد. استخدم الواجهة البرمجية أو راجع مسؤول الصلاحيات.",
        "There are no screens for your office in the console yet. Ask whoever manages rights in your authority.",
    ),
    "back": ("رجوع", "Back"),
    "continue": ("متابعة", "Continue"),
    "cancel": ("إلغاء", "Cancel"),
    "search": ("بحث", "Search"),
    "details": ("التفاصيل", "Details"),
    "at": ("في", "at"),
    "as_of": ("حتى", "As of"),
    "part_silent": ("لا يجيب الآن", "Does not answer now"),
    "part_none": ("لا يوجد", "Nothing"),
    "nothing": ("لا توجد نتائج", "Nothing found"),
    "next_page": ("الصفحة التالية", "Next page"),
    "first_page": ("الصفحة الأولى", "First page"),
    "pages": ("الصفحات", "Pages"),
    "reason": ("السبب", "Reason"),
    "state": ("الحالة", "State"),
    "error_prefix": ("خطأ: ", "Error: "),
    "there_is_a_problem": ("توجد مشكلة", "There is a problem"),
    "done": ("تم", "Done"),
    "yes": ("نعم", "Yes"),
    "no": ("لا", "No"),
    "draft_kept": (
        "طُلب منك تسجيل الدخول قبل الإرسال. ما كتبته محفوظ هنا، راجعه ثم أرسله.",
        "You were asked to sign in before this was sent. What you typed is kept: look at it and send it.",
    ),
}

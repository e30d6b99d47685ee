"""What citizens' data are looked at or changed for: the `purpose` that routes declare, in words of both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """The same in English and Arabic."""

    english: str
    arabic: str


PURPOSES: Final[Mapping[str, Words]] = {
    "household_registration": Words("to register the household", "تسجيل الأسرة"),
    "household_change": Words("to change who belongs to the household", "تعديل أفراد الأسرة"),
    "household_lookup": Words("to look at the household's registration", "الاطلاع على تسجيل الأسرة"),
    "citizen_lookup": Words("to look at the registration", "الاطلاع على التسجيل"),
    "change_request": Words("to enter or decide a request for a change", "لتقديم طلب تعديل أو البت فيه"),
    "data_update": Words("to correct the data", "تصحيح البيانات"),
    "search": Words("to find the registration", "البحث عن التسجيل"),
    "import_result": Words("to know what became of a file of citizens", "معرفة نتيجة ملف تسجيل المواطنين"),
    "duplicates": Words("to see whether somebody is registered twice", "التحقق من التسجيل المكرر"),
    "lookup": Words("to prepare payments of an authority", "تجهيز مدفوعات جهة حكومية"),
    "complaint": Words("to deal with a complaint", "النظر في شكوى"),
    "hand_over": Words("to hand over the card", "تسليم الكارت"),
    "pin_desk": Words("to set the PIN", "تعيين الرقم السري"),
    "card_print": Words("to print the card", "طباعة الكارت"),
    "rollout": Words("to see how far the card's roll-out has come", "متابعة تطبيق الكارت"),
    "card_lookup": Words("to look at the card", "الاطلاع على الكارت"),
    "card_block": Words("to stop the card", "إيقاف الكارت"),
    "bread_code": Words("to draw bread by a code while the card is lost", "صرف الخبز برمز مؤقت لفقد الكارت"),
    "card_finding": Words("because the card was found with a trader", "ضبط البطاقة لدى تاجر"),
    "card_found": Words("to let the card work again", "إعادة تشغيل الكارت"),
    "mandate": Words("to record who may act for the holder of the card", "تسجيل من ينوب عن صاحب الكارت"),
    "replacement": Words("to replace the card", "استبدال الكارت"),
    "card_services": Words("to switch a service of the card on or off", "تشغيل خدمة على الكارت أو إيقافها"),
    "pin_check": Words("to check the PIN that was entered", "التحقق من الرقم السري المدخل"),
    "holder_proof": Words("to let the holder of the card agree", "تأكيد حضور صاحب الكارت"),
    "own": Words("to see or use what is one's own", "الاطلاع على بياناتك أو استخدامها"),
    "sign_in": Words("to let you sign in", "تسجيل دخولك"),
    "privacy_right": Words("to see to a request about the data", "تنفيذ طلب يخص البيانات الشخصية"),
    "disclosures": Words("to see who has looked at the data", "معرفة من اطلع على البيانات"),
    "data_export": Words("to make a copy of all that is held", "إعداد نسخة من كل البيانات المسجلة"),
    "payout": Words("to pay a pension or support", "صرف معاش أو دعم"),
    "wallet_lookup": Words("to look at the wallet", "الاطلاع على المحفظة"),
    "payment_lookup": Words("to look at a payment", "الاطلاع على عملية دفع"),
    "entitlements": Words("to see what may still be drawn", "معرفة الرصيد المتبقي من الخبز والتموين"),
    "policy_simulation": Words(
        "to see what a new rule would change for households like it", "معرفة أثر قاعدة جديدة على أسر مماثلة"
    ),
    "flour_choice": Words("to record a choice of flour in place of bread", "تسجيل اختيار الدقيق بدلاً من الخبز"),
    "sale_lookup": Words("to look at a draw of bread or goods", "الاطلاع على عملية صرف"),
    "dispute": Words("to decide what a shop claims of a draw", "الفصل في مطالبة منفذ بشأن عملية صرف"),
    "paper_sheet": Words(
        "to record what was drawn on paper while the network failed", "تسجيل ما صرف على الورق وقت تعطل الشبكة"
    ),
    "cover_check": Words("to see whether health insurance covers", "التحقق من التغطية بالتأمين الصحي"),
    "contribution": Words("to record a health insurance contribution", "تسجيل اشتراك في التأمين الصحي"),
    "exemption": Words("to record an exemption of health insurance", "تسجيل إعفاء في التأمين الصحي"),
    "visit_lookup": Words("to look at a visit", "الاطلاع على زيارة طبية"),
    "copayment": Words("to collect a co-payment", "تحصيل مساهمة"),
    "message_lookup": Words("to look at the messages sent", "الاطلاع على الرسائل المرسلة"),
    "delivery": Words("to note whether a message has arrived", "تسجيل وصول رسالة"),
    "inquiry": Words("to answer a message", "الرد على رسالة"),
}

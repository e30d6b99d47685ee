"""What stock refuses."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, NotFound


class ConsignmentUnknown(NotFound):
    """There is no such consignment, or it is not yours"""

    code = "consignment_not_found"
    title_ar = "شحنة الكروت غير موجودة"


class ConsignmentReceived(Conflict):
    """The consignment was received before"""

    code = "consignment_already_received"
    title_ar = "سبق استلام هذه الشحنة"


class SenderReceives(Conflict):
    """Who has sent a consignment does not receive it"""

    code = "consignment_received_by_sender"
    title_ar = "لا يستلم الشحنة من أرسلها"


class NothingToSend(Conflict):
    """No produced card waits to be sent"""

    code = "no_cards_to_send"
    title_ar = "لا توجد كروت جاهزة للإرسال"


class CardElsewhere(Conflict):
    """A card does not lie at this site"""

    code = "card_not_in_stock_here"
    title_ar = "أحد الكروت غير موجود في هذا المكان"


class StoreOnly(Forbidden):
    """What comes back is received at the store"""

    code = "received_at_store_only"
    title_ar = "يتم استلام المرتجعات في مخزن المحافظة فقط"


class CountDiffers(Conflict):
    """The number is not that of the cards that are named"""

    code = "count_and_cards_differ"
    title_ar = "العدد لا يساوي عدد الكروت المذكورة"

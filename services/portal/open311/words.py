"""How a request stands, in the words of Open311 and in Vietnamese."""

from services.portal.case import PublicCase, Status, Step

STATUS: dict[Status, tuple[str, str]] = {
    "new": ("OPEN", "Mới tiếp nhận"),
    "joined": ("OPEN", "Theo dõi chung với việc đã có"),
    "triage": ("INVESTIGATING", "Đang phân loại"),
    "arbiter": ("INVESTIGATING", "Đang xác định cơ quan có thẩm quyền"),
    "routed": ("IN_PROGRESS", "Đã chuyển cơ quan"),
    "received": ("IN_PROGRESS", "Cơ quan đã nhận phiếu"),
    "verifying": ("INVESTIGATING", "Đang xác minh"),
    "promised": ("ACTION_SCHEDULED", "Đã hẹn trả lời"),
    "answered_by_phone": ("CLOSED", "Đã trả lời qua điện thoại"),
    "answered": ("CLOSED", "Đã trả lời"),
    "answered_at_desk": ("CLOSED", "Đã trả lời"),
    "published": ("CLOSED", "Đã trả lời và công khai"),
    "withheld": ("CLOSED", "Đã trả lời, không công khai"),
    "rejected": ("NO_FURTHER_ACTION", "Không tiếp nhận"),
}
"""Extended status and Vietnamese words."""

STEPS: dict[str, tuple[str, str]] = {
    "referred": ("INVESTIGATING", "Đang xin ý kiến để xác định cơ quan có thẩm quyền"),
    "determined": ("INVESTIGATING", "Đã xác định cơ quan có thẩm quyền: {agency}"),
    "routed": ("IN_PROGRESS", "Đã chuyển đến {agency}"),
    "received": ("IN_PROGRESS", "{agency} đã nhận phiếu"),
    "returned": ("INVESTIGATING", "{agency} trả lại phiếu; tổng đài đang chuyển cơ quan khác"),
    "verifying": ("INVESTIGATING", "{agency} đang xác minh"),
    "progress-promised": ("ACTION_SCHEDULED", "{agency} báo tiến độ và hẹn trả lời"),
    "information-asked": ("IN_PROGRESS", "{agency} đề nghị người gửi bổ sung thông tin"),
    "answered-by-phone": ("CLOSED", "{agency} đã trả lời người gửi qua điện thoại"),
    "answered": ("CLOSED", "{agency} đã trả lời người gửi"),
    "answered-at-desk": ("CLOSED", "Tổng đài đã trả lời người gửi"),
    "answered-in-part": ("ACTION_SCHEDULED", "{agency} đã trả lời một phần"),
    "reopened": ("OPEN", "Yêu cầu được mở lại để giải quyết tiếp"),
    "succeeded": ("IN_PROGRESS", "{agency} tiếp tục giải quyết do sắp xếp lại cơ quan"),
    "joined": ("OPEN", "Việc này đã có người phản ánh; yêu cầu được theo dõi chung"),
    "published": ("CLOSED", "Kết quả đã được công khai"),
    "withheld": ("CLOSED", "Đã trả lời người gửi; kết quả không công khai"),
    "rejected": ("NO_FURTHER_ACTION", "Yêu cầu không được tiếp nhận"),
}
"""Steps that are news for a partner; what the sender said themselves, and their calls, are none."""


def words_for_sender(case: PublicCase, step: Step) -> str:
    """What was said to the sender alone in this step."""
    answered = {"answered", "answered-in-part", "answered-by-phone", "answered-at-desk"}
    if step.what in answered and case.answered_at == step.at:
        return case.answer
    return case.reason_text if step.what == "rejected" else step.text

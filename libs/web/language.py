"""Two languages: the templates speak Vietnamese, a catalogue says the same in English."""

from collections.abc import Mapping

LANGUAGES = ("vi", "en")
COOKIE = "lang"

Catalogue = Mapping[str, str]
"""Vietnamese sentence → English sentence, with the same {names} in both."""


def chosen(asked: str | None, kept: str | None) -> str:
    """The language asked for by `?lang=`, else the one in the cookie, else Vietnamese."""
    return next((lang for lang in (asked, kept) if lang in LANGUAGES), "vi")


def say(sentence: str, lang: str, catalogue: Catalogue, /, **values: object) -> str:
    """The sentence in this language with its {names} filled in; one without a translation stays as it is."""
    found = catalogue.get(sentence, sentence) if lang == "en" else sentence
    return found.format(**values) if values else found


COMMON: Catalogue = {
    "Đến nội dung chính": "Skip to main content",
    "Bản trình diễn, không phải dịch vụ chính thức": "Demonstration, not an official service",
    "Có lỗi cần sửa": "There is a problem",
    "Lỗi:": "Error:",
    "Về trang chủ": "Go to the home page",
    "Trang trước": "Previous page",
    "Trang sau": "Next page",
    "Trang {page} / {pages}": "Page {page} of {pages}",
    "không bắt buộc": "optional",
    "Trang này không mở được": "This page cannot be opened",
    "Địa chỉ không đúng hoặc trang đã được gỡ xuống.": "The address is wrong or the page was removed.",
    "Yêu cầu bị từ chối": "The request was refused",
    "Trang đã mở quá lâu, hoặc yêu cầu đến từ một trang khác. Hãy mở lại trang và gửi lại.": (
        "The page was open for too long, or the request came from another site. Open it again and resend."
    ),
    "Nội dung vừa được người khác thay đổi": "Somebody else has just changed this",
    "Nội dung quá dài": "The content is too long",
    "Nội dung gửi lên vượt giới hạn. Hãy viết ngắn hơn rồi gửi lại.": (
        "What was sent exceeds the limit. Shorten it and send it again."
    ),
    "Nội dung chưa đúng": "Something is not right",
    "Hãy quay lại, kiểm tra rồi gửi lại.": "Go back, check it and send it again.",
    "Thao tác quá nhanh": "Too many tries",
    "Hãy thử lại sau {minutes} phút, hoặc gọi {hotline}.": ("Try again in {minutes} min, or call {hotline}."),
    "Có lỗi ở phía chúng tôi": "Something went wrong on our side",
    "Chúng tôi đã ghi nhận lỗi. Hãy thử lại sau ít phút, hoặc gọi {hotline}.": (
        "The error was recorded. Try again in a few minutes, or call {hotline}."
    ),
    "Hệ thống tạm thời gián đoạn": "The service is interrupted for a moment",
    "Hãy thử lại sau ít phút, hoặc gọi {hotline} (24/24 giờ).": (
        "Try again in a few minutes, or call {hotline} (24 hours a day)."
    ),
}

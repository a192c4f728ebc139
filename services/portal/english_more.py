"""What stands after an answer, and the pages that work without a line, in English."""

from libs.web.language import Catalogue

_VOICES: Catalogue = {
    "Ông/Bà đánh giá thế nào?": "How good was the answer?",
    "Nội dung trả lời": "The answer itself",
    "Thái độ phục vụ": "The attitude",
    "Thời gian trả lời": "The time it took",
    "Rất hài lòng": "Very satisfied",
    "Hài lòng": "Satisfied",
    "Bình thường": "Neither",
    "Không hài lòng": "Dissatisfied",
    "Rất không hài lòng": "Very dissatisfied",
    "Ý kiến thêm": "Anything else",
    "Gửi đánh giá": "Send the rating",
    "Việc của Ông/Bà chưa được giải quyết?": "Is the matter not solved?",
    (
        "Yêu cầu sẽ được mở lại: lãnh đạo cơ quan được báo, cán bộ Trực xem lại và chuyển giải quyết "
        "với thời hạn mới. Mã tra cứu giữ nguyên."
    ): (
        "The request is opened again: the agency's head is told, an operator looks at it and hands it on "
        "with a new time limit. Your code stays the same."
    ),
    "Điều gì chưa được giải quyết?": "What is not solved?",
    "Đề nghị giải quyết tiếp": "Open it again",
    "Ông/Bà đã đánh giá": "You rated the answer",
    (
        "Cảm ơn Ông/Bà. Đánh giá đã được gửi và được tính vào báo cáo hằng tháng, không kèm tên Ông/Bà."
    ): "Thank you. Your rating was sent and counts in the monthly report, without your name.",
    (
        "Yêu cầu đã được mở lại. Lãnh đạo cơ quan được báo; cán bộ Trực xem lại và chuyển giải quyết. "
        "Ông/Bà vẫn tra cứu bằng mã này."
    ): (
        "The request is open again. The agency's head is told; an operator looks at it and hands it on. "
        "You follow it by the same code."
    ),
}

_HELPFUL: Catalogue = {
    "Câu trả lời này có ích không?": "Did this answer help?",
    "Có": "Yes",
    "Không": "No",
    "Cảm ơn Ông/Bà đã cho biết.": "Thank you for telling us.",
}

_ANSWERS: Catalogue = {
    "Lọc thêm": "More filters",
    "Cơ quan": "Agency",
    "Tất cả cơ quan": "All agencies",
    "Tất cả địa bàn": "All places",
    "Công khai trong": "Published within",
    "Mọi thời gian": "Any time",
    "30 ngày qua": "The last 30 days",
    "90 ngày qua": "The last 90 days",
    "1 năm qua": "The last year",
    "Có hơn {n} câu trả lời, mới nhất trước": "More than {n} answers, the newest first",
    "Xem tiếp": "Older answers",
    "Về trang đầu": "To the newest",
    "Theo dõi bằng Atom": "Follow as an Atom feed",
}

_OFFLINE: Catalogue = {
    "Không có mạng": "No connection",
    "Máy của Ông/Bà đang không có mạng": "Your phone has no connection",
    "Ba số khẩn cấp và số tổng đài vẫn gọi được khi không có mạng dữ liệu.": (
        "The emergency numbers and the hotline can be called without mobile data."
    ),
    "Viết trước, gửi sau": "Write now, send later",
    "Nội dung được giữ trong máy này; có mạng, hãy mở trang Gửi yêu cầu, nội dung có sẵn ở đó.": (
        "Your words stay on this phone; once connected, open Send a request and find them there."
    ),
    "Thử lại": "Try again",
    "Mất mạng: nội dung đang viết vẫn còn đây; gọi {hotline} hoặc 113, 114, 115 vẫn được.": (
        "No connection: what you wrote is still here; {hotline}, 113, 114 and 115 can be called."
    ),
}

MORE: Catalogue = {**_VOICES, **_HELPFUL, **_ANSWERS, **_OFFLINE}

"""The form's sentences in English."""

from libs.web.language import Catalogue

FORM: Catalogue = {
    "Việc gì?": "What is it about?",
    "Ở đâu?": "Where?",
    "Liên hệ với Ông/Bà thế nào?": "How can you be reached?",
    "Gửi yêu cầu": "Send a request",
    "Có phải việc này?": "Is it this matter?",
    "Chọn một": "Choose one",
    (
        "Đã có người phản ánh việc gần giống. Nếu đúng việc đó, Ông/Bà vẫn có mã riêng "
        "và được báo mọi kết quả."
    ): (
        "Somebody has reported something much alike. If it is the same, you still get a code of your own and "
        "are told of every result."
    ),
    "gửi {when}": "sent {when}",
    "đã trả lời": "answered",
    "đang giải quyết": "being dealt with",
    "Không phải, đây là việc khác": "No, this is another matter",
    "Nội dung câu hỏi hoặc phản ánh": "Your question or report",
    "Viết bằng lời của Ông/Bà: chuyện gì, từ khi nào, Ông/Bà mong điều gì.": (
        "In your own words, in Vietnamese if you can: what happened, since when, what you hope for."
    ),
    "Lĩnh vực": "Field",
    "Không rõ, để tổng đài chọn giúp": "Not sure, let the hotline choose",
    "Nơi xảy ra sự việc": "Where it happened",
    (
        "Cơ quan giải quyết cần họ tên, số điện thoại và địa chỉ để liên hệ với Ông/Bà. Thiếu các mục này, "
        "cán bộ trực phải hỏi lại trước khi chuyển phiếu. Các thông tin này không được công khai."
    ): (
        "The agency needs your name, phone number and address to reach you. Without them an operator has to "
        "ask before your request can go on. They are never made public."
    ),
    "Họ và tên": "Full name",
    "Số điện thoại": "Phone number",
    "Dùng để tra cứu kết quả: mã và 4 số cuối. Không có số, Ông/Bà nhận một đường dẫn riêng.": (
        "To look up the result: the code and the last 4 digits. Without a number you get a private link."
    ),
    "Địa chỉ liên hệ": "Contact address",
    "Thư điện tử": "E-mail",
    "Nếu có, tổng đài gửi thông báo đến địa chỉ này.": "If given, the hotline sends its notices there.",
    "Giữ kín tên tôi": "Keep my name secret",
    "Chỉ cơ quan đang giải quyết thấy họ tên của Ông/Bà.": "Only the agency in charge sees your name.",
    "Chưa gửi được, nội dung của Ông/Bà vẫn còn đây": "Not sent yet; your text is still here",
    (
        "Hệ thống tạm thời gián đoạn. Hãy bấm gửi lại sau ít phút; bấm nhiều lần cũng chỉ thành một yêu cầu. "
        "Việc gấp xin gọi {hotline}."
    ): (
        "The service is interrupted for a moment. Send again in a few minutes; however often you press, it "
        "becomes one request. If it is urgent, call {hotline}."
    ),
    "Đang nguy hiểm đến tính mạng? Đừng điền mẫu này, hãy gọi 113, 114 hoặc 115.": (
        "Is a life in danger? Do not fill in this form: call 113, 114 or 115."
    ),
    "Có ảnh không?": "Any photos?",
    "Kiểm tra lại trước khi gửi": "Check before you send",
    "Gửi yêu cầu: bước {number} trong {total}": "Send a request: step {number} of {total}",
    "Ảnh": "Photos",
    "Tiếp tục": "Continue",
    "Quay lại": "Back",
    "Bỏ": "Remove",
    "Sửa": "Change",
    "không ghi": "not given",
    "Tổng đài đang rất đông.": "The hotline is very busy.",
    (
        "Yêu cầu của Ông/Bà vẫn được nhận, nhưng trả lời sẽ lâu hơn mọi ngày. "
        "Câu hỏi thường gặp có thể đã có câu trả lời sẵn."
    ): (
        "Your request is still taken, but answers take longer than usual. Common questions may have an "
        "answer ready."
    ),
    "Xem câu hỏi và trả lời": "See questions and answers",
    "Nội dung Ông/Bà viết dở lần trước còn đây.": "What you wrote last time is still here.",
    "Xóa, viết lại": "Delete it and start anew",
    "Ghi thôn, xóm, số nhà, tên đường; gõ tên xã, phường để chọn từ danh sách.": (
        "Hamlet, house number, street; type the name of the commune or ward to choose it from the list."
    ),
    "Ông/Bà đang ở đúng nơi đó? Điện thoại có thể cho biết vị trí; chỉ cơ quan giải quyết thấy.": (
        "Are you there now? Your phone can tell the position; only the agency in charge sees it."
    ),
    "Kèm vị trí của tôi": "Add my position",
    "Bỏ vị trí": "Remove the position",
    "Đang lấy vị trí…": "Looking for your position…",
    "Đã kèm vị trí, sai số khoảng {metres} m.": "Position added, within about {metres} m.",
    "Không lấy được vị trí; hãy ghi nơi xảy ra bằng lời.": "No position found; please describe the place.",
    "Đã kèm vị trí.": "Position added.",
    "Kèm vị trí": "With position",
    "Ảnh đã nhận": "Photos received",
    "Thêm ảnh": "Add photos",
    "Chọn ảnh": "Choose photos",
    (
        "Tối đa 5 ảnh, mỗi ảnh không quá 10 MB. "
        "Nơi chụp và các thông tin ẩn trong ảnh được xóa trước khi lưu."
    ): "At most 5 photos of up to 10 MB. Where they were taken is removed before they are stored.",
    "Tải ảnh lên": "Upload",
    "Có phải điều Ông/Bà cần?": "Is this what you need?",
    "Tổng đài đang rất đông. Nếu câu trả lời dưới đây là đủ, Ông/Bà có ngay mà không phải chờ.": (
        "The hotline is very busy. If one of these answers is enough, you have it now without waiting."
    ),
    "Không phải, gửi tiếp yêu cầu": "No, go on with my request",
    "Đủ rồi, tôi không gửi nữa": "Yes, I need not send it",
}

"""The portal in English: Vietnamese sentence of a template → the same in English."""

from libs.web.language import Catalogue
from services.portal.english_form import FORM
from services.portal.english_more import MORE

_RECEIPT: Catalogue = {
    "Đã tiếp nhận yêu cầu của Ông/Bà": "Your request was received",
    "Mã tra cứu của Ông/Bà": "Your look-up code",
    (
        "Ông/Bà không để lại số điện thoại, nên chỉ đường dẫn này cho xem kết quả. "
        "Hãy lưu lại và không chia sẻ cho người khác:"
    ): "You left no phone number, so only this link shows the result. Keep it, and share it with nobody:",
    "Hãy ghi lại mã này. Để xem kết quả, Ông/Bà cần mã và 4 số cuối của số điện thoại đã để lại.": (
        "Write this code down. To see the result you need it and the last 4 digits of your phone."
    ),
    "Chép lại": "Copy",
    "Đã chép": "Copied",
    "Gửi vào máy của tôi": "Share to my phone",
    "In trang này": "Print this page",
    "Tiếp theo là gì?": "What happens next?",
    "Đã tiếp nhận": "Received",
    "Chuyển đến cơ quan có trách nhiệm": "Handed to the agency in charge",
    "Nếu yêu cầu không được tiếp nhận hoặc thiếu thông tin, Ông/Bà sẽ được báo ngay.": (
        "If the request is not taken, or something is missing, you are told at once."
    ),
    "Trả lời trong {hours} giờ làm việc từ khi cơ quan nhận phiếu": (
        "Answered within {hours} working hours after the agency got it"
    ),
    "Cần xác minh thêm thì cơ quan báo Ông/Bà chờ và hẹn thời gian.": (
        "If it has to be checked, the agency asks you to wait and names a time."
    ),
    "Xem tình trạng yêu cầu": "See the state of your request",
    "Gửi yêu cầu khác": "Send another request",
}

_TRACK: Catalogue = {
    "Tra cứu": "Track",
    "Tra cứu kết quả": "Track your request",
    "Mã tra cứu": "Look-up code",
    "Gồm 9 chữ số, có thể gõ cả khoảng trắng.": "9 digits; spaces do not matter.",
    "4 số cuối điện thoại của Ông/Bà": "Last 4 digits of your phone",
    "Số điện thoại Ông/Bà đã để lại khi gửi yêu cầu.": "Of the number you left with your request.",
    "Xem kết quả": "See the result",
    "Không để lại số điện thoại?": "No phone number left?",
    "Hãy mở đường dẫn riêng Ông/Bà nhận được khi gửi.": "Open the private link you were given.",
    "Mất mã?": "Lost the code?",
    "Gọi {hotline}, cán bộ trực sẽ giúp Ông/Bà.": "Call {hotline}; an operator will help you.",
    "Yêu cầu {code}": "Request {code}",
    "Mới tiếp nhận": "Received",
    "Đang phân loại": "Being sorted",
    "Đang xác định cơ quan có thẩm quyền": "Finding the competent agency",
    "Đã chuyển cơ quan": "With the agency",
    "Cơ quan đã nhận phiếu": "The agency has it in hand",
    "Đang xác minh": "Being checked",
    "Đã hẹn trả lời": "Answer promised",
    "Đã trả lời qua điện thoại": "Answered by phone",
    "Đã trả lời": "Answered",
    "Đã trả lời và công khai": "Answered and published",
    "Đã trả lời, không công khai": "Answered, not published",
    "Không tiếp nhận": "Not taken",
    "Theo dõi chung với việc đã có": "Followed together with an earlier request",
    "Đây là trả lời một phần; còn chờ: {agencies}.": "A part of the answer; still to come: {agencies}.",
    "Đã gửi phần bổ sung của Ông/Bà.": "Your additional words were sent.",
    "Lý do không tiếp nhận": "Why it was not taken",
    "Trả lời của {agency}": "Answer by {agency}",
    "Trả lời lần trước": "The earlier answer",
    "Không công khai vì: {ground}.": "Not published because: {ground}.",
    "Hẹn trả lời Ông/Bà": "Answer promised for",
    "Hẹn trả lời": "Answer by",
    "Hạn trả lời": "Answer due",
    "đã quá hạn": "overdue",
    "Cơ quan đề nghị Ông/Bà cho biết thêm": "The agency asks you for more",
    "Muốn nói thêm điều gì?": "Anything to add?",
    "Thông tin bổ sung": "Additional information",
    "Gửi bổ sung": "Send",
    "Chưa gửi được, nội dung của Ông/Bà vẫn còn đây. Hãy thử lại sau ít phút hoặc gọi {hotline}.": (
        "Not sent yet; your text is still here. Try again in a few minutes or call {hotline}."
    ),
    "Quá trình giải quyết": "What has happened",
    "Địa bàn": "Place",
    "Cơ quan giải quyết": "Agency in charge",
}

_STEPS: Catalogue = {
    "Đã tiếp nhận yêu cầu": "Request received",
    "Đang xin ý kiến để xác định cơ quan có thẩm quyền": "Asking which agency is competent",
    "Đã xác định cơ quan có thẩm quyền: {agency}": "The competent agency is {agency}",
    "Đã chuyển đến {agency}": "Handed to {agency}",
    "Đã nối máy Ông/Bà với {agency}": "You were put through to {agency}",
    "Chưa nối được máy với {agency}; phiếu vẫn được chuyển": (
        "{agency} could not be reached by phone; your request goes there all the same"
    ),
    "{agency} đã nhận phiếu": "{agency} has it in hand",
    "{agency} đã trả lời một phần": "{agency} answered a part",
    "Yêu cầu được mở lại để giải quyết tiếp": "The request was opened again",
    "{agency} tiếp tục giải quyết do sắp xếp lại cơ quan": "{agency} goes on with it after a reform",
    "Việc này đã có người phản ánh; yêu cầu của Ông/Bà được theo dõi chung, mã của Ông/Bà giữ nguyên": (
        "Somebody reported this before; you follow it together and keep your own code"
    ),
    "{agency} trả lại phiếu; tổng đài đang chuyển cơ quan khác": (
        "{agency} returned it; the hotline is passing it on"
    ),
    "{agency} đang xác minh, mời Ông/Bà chờ": "{agency} is checking; please wait",
    "{agency} báo tiến độ": "{agency} reports progress",
    "{agency} đề nghị Ông/Bà bổ sung thông tin": "{agency} asks you for more information",
    "Ông/Bà đã bổ sung thông tin": "You added information",
    "{agency} đã trả lời Ông/Bà qua điện thoại": "{agency} answered you by phone",
    "{agency} đã trả lời": "{agency} answered",
    "Kết quả đã được công khai, không kèm thông tin cá nhân": "Published, without personal data",
    "Kết quả không công khai, chỉ Ông/Bà xem được": "Not published; only you can see the result",
    "Yêu cầu không được tiếp nhận": "The request was not taken",
}

_PUBLIC: Catalogue = {
    "Gửi yêu cầu, theo dõi kết quả và xem câu trả lời của các cơ quan trong tỉnh.": (
        "Send a request, follow it, and read what the agencies of the province answered."
    ),
    "Các trang chính": "Main pages",
    "Trả lời đã công khai": "Published answers",
    "Hỏi đáp": "Q & A",
    "Gọi {hotline}, 24/24 giờ": "Call {hotline}, 24 hours a day",
    "Họ tên, số điện thoại và địa chỉ của Ông/Bà không bao giờ được công khai.": (
        "Your name, phone number and address are never made public."
    ),
    "Hỏi, phản ánh, kiến nghị": "Ask, report, suggest",
    "Số khẩn cấp": "Emergency numbers",
    "Nguy hiểm, cấp cứu: gọi ngay": "In an emergency call",
    "Công an": "Police",
    "Cứu hỏa": "Fire",
    "Cấp cứu y tế": "Ambulance",
    "Ông/Bà cần hỏi hay phản ánh điều gì với chính quyền tỉnh?": (
        "What would you like to ask or report to the province?"
    ),
    (
        "Tổng đài nhận câu hỏi và phản ánh của Ông/Bà, chuyển đúng cơ quan có trách nhiệm "
        "và theo dõi đến khi Ông/Bà có câu trả lời."
    ): "The hotline takes it to the agency in charge and follows it until you are answered.",
    "Có thể đã có câu trả lời": "There may be an answer already",
    "Câu hỏi của Ông/Bà, có dấu hoặc không dấu": "Your question, with or without Vietnamese marks",
    "Ví dụ: tiêm vắc xin cho trẻ em": "For example: tiêm vắc xin cho trẻ em",
    "Tìm": "Search",
    "Gõ có dấu hoặc không dấu đều được.": "With or without Vietnamese marks.",
    "Yêu cầu của Ông/Bà được giải quyết thế nào": "How your request is handled",
    "Tiếp nhận": "Taken",
    "Ông/Bà nhận ngay một mã tra cứu gồm 9 chữ số.": "You get a 9-digit look-up code at once.",
    "Chuyển cơ quan": "Handed over",
    "Phiếu được chuyển đến cơ quan đúng chức năng; nếu không tiếp nhận, Ông/Bà được báo ngay lý do.": (
        "It goes to the agency in charge; if it is not taken, you are told why at once."
    ),
    "Trả lời": "Answered",
    (
        "Cơ quan trả lời trong {hours} giờ làm việc. Nếu cần thêm thời gian, cơ quan báo tiến độ "
        "và hẹn giờ trả lời tiếp theo."
    ): (
        "The agency answers within {hours} working hours. If it needs longer, it reports progress and "
        "promises the time of its next answer."
    ),
    "Công khai": "Published",
    "Kết quả được đăng ở đây, không kèm thông tin cá nhân.": "The result appears here without personal data.",
    "Thông báo": "Notice",
    "Trả lời mới nhất": "Latest answers",
    "Xem tất cả trả lời đã công khai": "See all published answers",
    "Chưa có câu trả lời nào được công khai.": "No answer has been published yet.",
    "Trả lời trong ngày": "Answered the same day",
    "Trả lời sau {n} ngày": "Days to answer: {n}",
    "Tìm trong các câu trả lời": "Search the answers",
    "Tất cả lĩnh vực": "All fields",
    "Tìm thấy {n} câu trả lời": "Answers found: {n}",
    "Bỏ lọc": "Clear",
    "Chưa có câu trả lời nào phù hợp. Thử ít từ hơn, xem mục Hỏi đáp, hoặc gửi câu hỏi của Ông/Bà.": (
        "No answer fits. Try fewer words, look at the questions & answers, or send your question."
    ),
    "Tìm trong Hỏi đáp": "Search questions & answers",
    "Gửi câu hỏi": "Send your question",
    "Một câu trả lời": "An answer",
    "Câu hỏi, phản ánh": "Question or report",
    "Ngày hỏi": "Asked on",
    "Ngày công khai": "Published on",
    "Thời gian": "Time taken",
    "Gửi yêu cầu của Ông/Bà": "Send your request",
    "Kiểm tra lần cuối": "Last checked",
    "Chưa thấy câu trả lời Ông/Bà cần?": "Not the answer you need?",
    "Chưa có câu trả lời sẵn cho câu hỏi này.": "There is no ready answer to this question.",
    "Tìm trong trả lời đã công khai": "Search published answers",
    "Chọn theo lĩnh vực": "Browse by field",
}

ENGLISH: Catalogue = {**FORM, **MORE, **_RECEIPT, **_TRACK, **_STEPS, **_PUBLIC}

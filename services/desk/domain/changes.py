"""What people change that is no case: the words of the log."""

WHAT: dict[str, tuple[str, str]] = {
    "account-added": ("cấp tài khoản", "account issued"),
    "account-ended": ("khóa tài khoản", "account ended"),
    "account-resumed": ("mở lại tài khoản", "account resumed"),
    "account-moved": ("đổi vai trò, cơ quan", "role or agency changed"),
    "account-extension": ("đổi máy nhánh", "extension changed"),
    "account-link": ("cấp đường dẫn đặt mật khẩu", "link for a password given"),
    "account-unlinked": ("bỏ liên kết đăng nhập một lần", "no longer linked to the provider"),
    "account-sessions": ("kết thúc mọi phiên", "all sessions ended"),
    "password-set": ("đặt mật khẩu", "password set"),
    "pack": ("đổi gói dữ liệu", "pack put in force"),
    "surge-on": ("bật chế độ quá tải", "surge mode on"),
    "surge-off": ("tắt chế độ quá tải", "surge mode off"),
    "standard-added": ("thêm mẫu trả lời", "standard text added"),
    "standard-changed": ("sửa mẫu trả lời", "standard text changed"),
    "shift-added": ("xếp ca trực", "shift put into the roster"),
    "shift-dropped": ("bỏ ca trực", "shift taken out of the roster"),
    "nightly": ("xong việc ban đêm", "the night's work was done"),
    "report-exported": ("xuất báo cáo", "report exported"),
    "log-exported": ("xuất nhật ký", "log exported"),
}
"""Kind → (Vietnamese, English)."""

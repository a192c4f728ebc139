"""The menu of each role: one source for the rail, the bar on phones and where signing in leads."""

Entry = tuple[str, str, str]
Menu = tuple[tuple[str, tuple[Entry, ...]], ...]

_AGENCY: Menu = (
    (
        "Việc đang chờ",
        (
            ("/inbox", "Hộp việc", ""),
            ("/inbox?group=joined", "Phối hợp, được giao", ""),
            ("/inbox?group=publish", "Chờ công khai", ""),
            ("/reviews", "Rà soát", ""),
        ),
    ),
    (
        "Tra cứu",
        (
            ("/inbox?group=closed", "Đã xong", ""),
            ("/knowledge", "Hỏi đáp", ""),
            ("/standards", "Mẫu trả lời", ""),
        ),
    ),
)

MENU: dict[str, Menu] = {
    "operator": (
        (
            "Việc đang chờ",
            (
                ("/calls/new", "Cuộc gọi mới", "F4"),
                ("/calls", "Điện thoại", ""),
                ("/triage", "Phân loại", ""),
                ("/arbiter", "Chờ thẩm quyền", ""),
                ("/inbox?group=publish", "Chờ công khai", ""),
            ),
        ),
        (
            "Tra cứu",
            (
                ("/knowledge", "Hỏi đáp", ""),
                ("/standards", "Mẫu trả lời", ""),
                ("/agencies", "Danh bạ", ""),
                ("/roster", "Lịch trực", ""),
                ("/inbox?group=closed", "Đã xong", ""),
            ),
        ),
    ),
    "officer": _AGENCY,
    "head": _AGENCY,
    "arbiter": (
        (
            "Việc đang chờ",
            (
                ("/arbiter", "Chờ thẩm quyền", ""),
                ("/overdue", "Quá hạn", ""),
                ("/successions", "Chờ cơ quan kế tục", ""),
            ),
        ),
        (
            "Theo dõi",
            (
                ("/reviews", "Rà soát", ""),
                ("/knowledge/changes", "Thay đổi hỏi đáp", ""),
                ("/reports", "Báo cáo", ""),
            ),
        ),
    ),
    "police": (("Việc đang chờ", (("/suspicions", "Tin cần xác minh", ""),)),),
    "auditor": (("Kiểm tra", (("/audit", "Nhật ký", ""), ("/reports", "Báo cáo", ""))),),
    "administrator": (
        (
            "Việc đang chờ",
            (
                ("/triage", "Phân loại", ""),
                ("/arbiter", "Chờ thẩm quyền", ""),
                ("/successions", "Chờ cơ quan kế tục", ""),
                ("/parked", "Hồ sơ tạm dừng", ""),
            ),
        ),
        (
            "Dữ liệu chung",
            (
                ("/knowledge", "Hỏi đáp", ""),
                ("/standards", "Mẫu trả lời", ""),
                ("/texts", "Mẫu thư", ""),
                ("/calendar", "Lịch làm việc", ""),
                ("/roster", "Lịch trực", ""),
                ("/routes", "Bảng chuyển phiếu", ""),
                ("/helpful", "Có ích không", ""),
            ),
        ),
        (
            "Quản trị",
            (
                ("/accounts", "Tài khoản", ""),
                ("/persons", "Dữ liệu cá nhân", ""),
                ("/surge", "Chế độ quá tải", ""),
                ("/audit", "Nhật ký", ""),
                ("/reports", "Báo cáo", ""),
            ),
        ),
    ),
}
"""Role → groups of its menu: a name and pages (address, name, key), the daily work first.

The first page of the first group is where signing in leads; on a phone the other groups are folded.
"""


MENU_PATH = "/menu"
"""The menu alone, renewed when something changed."""


def home_of(role: str) -> str:
    """Where signing in leads."""
    return MENU[role][0][1][0][0]


_EVERYBODYS = frozenset({"", "password", "search", "questions"})
_BESIDE = {
    "operator": {"successions", "surge"},
    "arbiter": {"agencies", "reminders"},
    "auditor": {"knowledge"},
    "administrator": {"agencies", "overdue", "reminders"},
}
"""Rooms that a role may enter and that stand in no menu of it."""


def is_open_to(role: str, menu: Menu, path: str) -> bool:
    """Whether somebody of this role and menu works in the room of this page; no case is such a room."""
    mine = {room_of(page) for _, pages in menu for page, _, _ in pages}
    return room_of(path) in mine | _EVERYBODYS | _BESIDE.get(role, set())


def room_of(path: str) -> str:
    """`knowledge` of `/knowledge/entry?id=1`, `audit` of `/audit.csv`."""
    return path.partition("?")[0].split("/")[1].partition(".")[0]

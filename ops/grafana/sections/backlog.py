"""Backlog: how old first, then how much, by who has it, where, about what and how it came."""

from typing import Any

from ops.grafana.panels import bars, lines
from ops.grafana.queries import AGE_LIMITS, AGENCY, latest


def panels() -> list[Any]:
    oldest = latest("oldest_unanswered_seconds", "agency", labels=AGENCY)
    by_status = latest("open_cases_by_status", "agency", "status", labels=AGENCY)
    return [
        bars("Lâu nhất theo cơ quan · Oldest by agency", "Mười cơ quan giữ yêu cầu chưa trả lời lâu nhất",
             "s", (f"topk(10, {oldest})", "{{agency}}"), limits=AGE_LIMITS),
        bars("Đang giữ theo cơ quan · Open by agency", "Mười cơ quan giữ nhiều yêu cầu nhất",
             "short", (f"topk(10, agency:open_cases:max{{{AGENCY}}})", "{{agency}}")),
        bars("Theo địa bàn · Open by district", "Yêu cầu đang mở theo huyện, thị xã, thành phố",
             "short", (latest("open_cases_by_district", "district", "name"), "{{name}}")),
        lines("Theo trạng thái · By status", "Yêu cầu đang mở",
              "short", (f"sum by (status) ({by_status})", "{{status}}"), stacked=True),
        lines("Chờ phân loại · Waiting for the operator", "Số yêu cầu",
              "short", (latest("triage_cases"), "chờ · waiting")),
        lines("Chờ phân loại lâu nhất · Oldest waiting", "Tuổi của yêu cầu chờ cán bộ Trực lâu nhất",
              "s", (latest("triage_oldest_seconds"), "lâu nhất · oldest")),
        lines("Lâu nhất theo lĩnh vực, kênh · Oldest", "Tuổi của yêu cầu chưa trả lời lâu nhất", "s",
              (latest("oldest_unanswered_by_field_seconds", "field"), "{{field}}"),
              (latest("oldest_unanswered_by_channel_seconds", "channel"), "{{channel}}")),
        lines("Theo lĩnh vực · By field", "Yêu cầu đang mở",
              "short", (latest("open_cases_by_field", "field"), "{{field}}")),
        lines("Theo kênh · By channel", "Yêu cầu đang mở",
              "short", (latest("open_cases_by_channel", "channel"), "{{channel}}")),
    ]  # fmt: skip

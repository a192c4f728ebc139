"""Flow: what came, what was sent, what was answered, and how long that took."""

from typing import Any

from ops.grafana.panels import heat, lines
from ops.grafana.queries import AGENCY, per_hour, quantile, reporting

_RESPONSE = "hotline_reporting_first_response_seconds"


def panels() -> list[Any]:
    heat_query = f"sum by (le) (increase({_RESPONSE}_bucket{{{AGENCY}}}[$__rate_interval]))"
    return [
        lines("Tiếp nhận theo kênh · Received by channel", "Trong một giờ",
              "short", (reporting("received", "channel"), "{{channel}}"), stacked=True),
        lines("Chuyển phiếu theo lĩnh vực · Slips by field", "Trong một giờ",
              "short", (reporting("routed", "field", AGENCY), "{{field}}"), stacked=True),
        lines("Trả lời · Answered", "Tại Tổng đài, qua điện thoại, bằng văn bản; trong một giờ",
              "short", (reporting("answered", "how"), "{{how}}"), stacked=True),
        lines("Không tiếp nhận, trả lại · Rejected, returned", "Trong một giờ", "short",
              (reporting("rejected", "reason"), "{{reason}}"),
              (reporting("returned", "agency", AGENCY), "trả lại {{agency}}")),
        lines("Thời gian trả lời · First response", "Giờ làm việc từ phiếu đến trả lời, trong 6 giờ qua", "s",
              (quantile(0.5, _RESPONSE, window="6h", labels=AGENCY), "p50"),
              (quantile(0.9, _RESPONSE, window="6h", labels=AGENCY), "p90")),
        heat("Phân bố thời gian trả lời · First response", "Giờ làm việc; ranh giới 8 giờ là cam kết",
             "s", (heat_query, "{{le}}")),
        lines("Không nhận ở cửa vào · Refused at the door", "Theo lý do, trong một giờ", "short",
              (per_hour("hotline_intake_requests_refused_total", "reason"), "{{reason}}")),
        lines("Thời gian tiếp nhận · Time to accept", "p99 từ lúc nhận xong đến lúc trả lời",
              "s", (quantile(0.99, "hotline_intake_accept_seconds"), "p99")),
        lines("Thời gian chuyển phiếu · Time to route", "p99 từ lúc nhận sự kiện đến lúc có quyết định",
              "s", (quantile(0.99, "hotline_router_decision_seconds"), "p99")),
        lines("Để lại cho cán bộ Trực · Left to the operator", "Theo lý do, trong một giờ", "short",
              (per_hour("hotline_router_cases_left_total", "reason"), "{{reason}}")),
    ]  # fmt: skip

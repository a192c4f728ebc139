"""What the person on duty must see first: age before depth, then what nobody does, then the promise."""

from typing import Any

from ops.grafana.panels import figure, lines
from ops.grafana.queries import AGE_LIMITS, NONE_ALLOWED, latest, reporting

_JUDGED = "hotline_reporting_judged_total"


def panels() -> list[Any]:
    closed = " + ".join(reporting(what) for what in ("published", "withheld", "rejected"))
    on_time = f'sum(increase({_JUDGED}{{kind!="promise",outcome="on_time"}}[1d]))'
    judged = f'sum(increase({_JUDGED}{{kind!="promise"}}[1d]))'
    return [
        figure("Chờ trả lời lâu nhất · Oldest unanswered",
               "Tuổi của yêu cầu chưa trả lời lâu nhất, kể từ khi người dân gửi",
               "s", latest("oldest_unanswered_seconds"), limits=AGE_LIMITS),
        figure("Chưa ai nhận · Nobody owns", "Yêu cầu chưa có phiếu chuyển quá một giờ",
               "short", latest("unowned_cases"), limits=NONE_ALLOWED),
        figure("Khẩn cấp chưa trả lời · Urgent", "Yêu cầu khẩn cấp chưa có trả lời",
               "short", latest("urgent_cases"), limits=NONE_ALLOWED),
        figure("Đang mở · Open", "Tất cả yêu cầu chưa kết thúc", "short", "sum(agency:open_cases:max)"),
        figure("Đúng hạn 30 ngày · On time, 30 days", "Phiếu được trả lời trong 8 giờ làm việc",
               "percentunit", "hotline:on_time:ratio30d"),
        figure("Cảnh báo · Alerts", "Cảnh báo đang bật",
               "short", 'count(ALERTS{alertstate="firing"}) or vector(0)', limits=NONE_ALLOWED),
        lines("Đến và xong trong giờ · In and out per hour",
              "Yêu cầu tiếp nhận và kết thúc (công khai, không công khai, không tiếp nhận)",
              "short", (reporting("received"), "tiếp nhận · in"), (closed, "kết thúc · out"), span=16),
        figure("Đúng hạn 24 giờ · On time, 24 h", "Phiếu đến hạn hoặc được trả lời trong 24 giờ",
               "percentunit", f"{on_time} / ({judged} > 0)"),
        figure("Dư địa 30 ngày · Budget left", "Phần quá hạn còn được phép, nếu cam kết 90 %",
               "percentunit", "1 - (1 - hotline:on_time:ratio30d) / 0.1"),
    ]  # fmt: skip

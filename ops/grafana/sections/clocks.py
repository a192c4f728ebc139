"""The clocks: that they are watched, how late, what waits, and what the law does not count."""

from typing import Any

from ops.grafana.panels import bars, lines
from ops.grafana.queries import AGENCY, latest, per_hour

_CANARY = "hotline_canary_last_success_timestamp_seconds"
_TICK = "hotline_sla_last_tick_timestamp_seconds"
_AUDIT = "hotline_sla_audit_last_success_timestamp_seconds"


def panels() -> list[Any]:
    return [
        lines("Dấu hiệu sống · Proof of life", "Tuổi của lần quét cuối, của hồ sơ thử cuối, của kiểm tra đêm",
              "s", (f"time() - max({_TICK})", "quét · tick"),
              (f"time() - max({_CANARY})", "hồ sơ thử · canary"),
              (f"time() - max({_AUDIT})", "kiểm tra · audit")),
        lines("Hồ sơ thử · Canary", "Thời gian đi hết đường; số lần không đến nơi trong một giờ", "s",
              ("max(hotline_canary_seconds)", "đi hết đường · whole way"),
              (per_hour("hotline_canary_failures_total", "stage"), "{{stage}}")),
        lines("Trễ và lâu nhất · Lateness, oldest", "Thời hạn được báo trễ nhất; thời hạn chạy lâu nhất",
              "s", ("max(hotline_sla_timer_lateness_seconds)", "trễ · lateness"),
              ("max by (kind) (hotline_sla_oldest_running_seconds)", "{{kind}}")),
        lines("Đang chờ · Pending", "Thời hạn đang chạy, chưa đến hạn, theo loại", "short",
              ("max by (kind) (hotline_sla_clocks_pending)", "{{kind}}")),
        lines("Sai và không tính được · Wrong, broken",
              "Lưu khác với tính lại; không tính được; lịch không dùng được", "short",
              ("sum(increase(hotline_sla_replay_mismatch_total[1d]))", "sai · mismatch"),
              ("max(hotline_sla_broken_rows)", "hỏng · broken"),
              ("max(hotline_sla_unusable_hours)", "lịch · hours")),
        bars("Lời hẹn không giữ, 30 ngày · Broken promises", "Đếm riêng, không tính vào tỷ lệ", "short",
             (latest("broken_promises_30d", "agency", labels=AGENCY), "{{agency}}")),
        bars("Thời hạn nội bộ, 30 ngày · Policy clocks", "Do tỉnh tự đặt, không tính vào tỷ lệ", "short",
             (latest("policy_judged_30d", "kind", "outcome"), "{{kind}} {{outcome}}")),
        lines("Báo lên, dời hạn, mở lại · Escalated, moved, reopened", "Trong 30 ngày", "short",
              (latest("escalated_30d", "kind"), "báo lên {{kind}}"),
              (latest("moved_30d", "kind"), "dời {{kind}}"),
              (latest("reopened_30d"), "mở lại · reopened")),
    ]  # fmt: skip

"""The promise of Điều 10.3: on time, late with a promise, late and silent stay three."""

from typing import Any

from ops.grafana.panels import bars, lines, rows
from ops.grafana.queries import AGENCY, NAMED, latest, reporting


def _ratio(by: str) -> tuple[str, str]:
    gauge = f"judged_30d_by_{by}"
    on_time = latest(gauge, by, "outcome", labels='outcome="on_time"')
    return f"sum by ({by}) ({on_time}) / sum by ({by}) ({latest(gauge, by, 'outcome')})", f"{{{{{by}}}}}"


def panels() -> list[Any]:
    overdue = latest("overdue_clocks", "agency", "kind", labels=AGENCY)
    return [
        rows("Mười cơ quan kém nhất · Worst ten", "Tỷ lệ đúng hạn trong 30 ngày",
             "percentunit", f"bottomk(10, agency:on_time:ratio30d{{{AGENCY}}}) {NAMED}"),
        rows("Đang quá hạn · Overdue now", "Theo cơ quan và loại thời hạn", "short", f"{overdue} > 0"),
        bars("Ba loại kết quả, 30 ngày · Outcomes", "Đúng hạn; quá hạn có hẹn; quá hạn không hẹn",
             "short", (f"sum by (outcome) (agency:judged:max30d{{{AGENCY}}})", "{{outcome}}")),
        lines("Thời hạn đang chạy · Clocks open", "Theo loại",
              "short", (latest("open_clocks", "kind"), "{{kind}}")),
        lines("Đánh giá trong giờ · Judged per hour", "Theo kết quả", "short",
              (reporting("judged", "outcome", f'{AGENCY},kind!="promise"'), "{{outcome}}"), stacked=True),
        lines("Đúng hạn theo lĩnh vực, kênh · On time", "Trong 30 ngày",
              "percentunit", _ratio("field"), _ratio("channel")),
    ]  # fmt: skip

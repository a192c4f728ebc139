"""The dashboard as code: `python -m ops.grafana.boards` writes ops/grafana/dashboards/hotline.json."""

import json
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import VariableRefresh, VariableSort

from ops.grafana.panels import SOURCE
from ops.grafana.sections import backlog, clocks, duty, flow, machinery, promise

FOLDER = Path(__file__).parent / "dashboards"

SECTIONS = (
    ("Cho người trực · For the person on duty", duty),
    ("Dòng chảy · Flow", flow),
    ("Tồn đọng · Backlog", backlog),
    ("Cam kết thời hạn · Promise", promise),
    ("Đồng hồ · Clocks", clocks),
    ("Máy móc · Machinery", machinery),
)


def hotline() -> str:
    """The dashboard's JSON."""
    source = d.DatasourceVariable("datasource").label("Nguồn số liệu · Data source").type("prometheus")
    agency = (
        d.QueryVariable("agency")
        .label("Cơ quan · Agency")
        .datasource(SOURCE)
        .query("label_values(hotline_reporting_open_cases, agency)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )
    board = (
        d.Dashboard("Tổng đài 1022 · Hotline 1022")
        .uid("hotline-1022")
        .tags(["hotline", "generated"])
        .refresh("30s")
        .time("now-24h", "now")
        .readonly()
        .with_variable(source)
        .with_variable(agency)
    )
    for title, section in SECTIONS:
        board = board.with_row(d.Row(title))
        for panel in section.panels():
            board = board.with_panel(panel)
    return json.dumps(board.build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (FOLDER / "hotline.json").write_text(hotline(), encoding="utf-8")

"""The few kinds of panel the dashboard is made of; each has a title, a description and a unit."""

from typing import Any

from grafana_foundation_sdk.builders import bargauge, heatmap, stat, table, timeseries
from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.builders import prometheus as p
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_NEWEST = c.ReduceDataOptions().calcs(["lastNotNull"])
Query = tuple[str, str]
"""PromQL and the legend of what it gives."""


def _target(query: Query, *, instant: bool = False, shape: PromQueryFormat | None = None) -> Any:
    expression, legend = query
    target = p.Dataquery().datasource(SOURCE).expr(expression).legend_format(legend or "__auto")
    if instant:
        target = target.instant()
    return target.format(shape) if shape else target


def _panel(kind: Any, title: str, about: str, unit: str, span: int, height: int) -> Any:
    panel = kind.Panel().title(title).description(about).datasource(SOURCE)
    return panel.unit(unit).span(span).height(height)


def _steps(limits: tuple[tuple[float, str], ...]) -> Any:
    steps = [Threshold(value=None, color="green")]
    steps += [Threshold(value=value, color=color) for value, color in limits]
    return d.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def figure(
    title: str,
    about: str,
    unit: str,
    query: str,
    *,
    limits: tuple[tuple[float, str], ...] = (),
    span: int = 4,
) -> Any:
    """One number, coloured by its limits; `limits` go up, green stands below the first."""
    panel = _panel(stat, title, about, unit, span, 5)
    return (
        panel.color_mode(BigValueColorMode.BACKGROUND if limits else BigValueColorMode.VALUE)
        .text_mode(BigValueTextMode.VALUE)
        .reduce_options(_NEWEST)
        .thresholds(_steps(limits))
        .with_target(_target((query, ""), instant=True))
    )


def lines(title: str, about: str, unit: str, *queries: Query, span: int = 12, stacked: bool = False) -> Any:
    """Lines over time, with a table of their last and highest values."""
    legend = (
        c.VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.RIGHT)
        .calcs(["lastNotNull", "max"])
    )
    panel = _panel(timeseries, title, about, unit, span, 8).min(0).legend(legend).fill_opacity(10)
    if stacked:
        panel = panel.stacking(c.StackingConfig().mode(StackingMode.NORMAL))
    for query in queries:
        panel = panel.with_target(_target(query))
    return panel


def bars(
    title: str,
    about: str,
    unit: str,
    query: Query,
    *,
    limits: tuple[tuple[float, str], ...] = (),
    span: int = 8,
) -> Any:
    """A bar for each series, as it is now."""
    return (
        _panel(bargauge, title, about, unit, span, 9)
        .min(0)
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .reduce_options(_NEWEST)
        .thresholds(_steps(limits))
        .with_target(_target(query, instant=True))
    )


def rows(title: str, about: str, unit: str, query: str, *, span: int = 8) -> Any:
    """A table of labels and values, as they are now."""
    target = _target((query, ""), instant=True, shape=PromQueryFormat.TABLE)
    hide = {"Time": True, "__name__": True}
    return (
        _panel(table, title, about, unit, span, 9)
        .filterable(True)
        .with_transformation(DataTransformerConfig(id_val="organize", options={"excludeByName": hide}))
        .with_target(target)
    )


def heat(title: str, about: str, unit: str, query: Query, *, span: int = 12) -> Any:
    """A histogram over time."""
    colors = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64)
    return (
        _panel(heatmap, title, about, unit, span, 8)
        .color(colors)
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .filter_values(heatmap.FilterValueRange().le(1e-9))
        .with_target(_target(query, shape=PromQueryFormat.HEATMAP))
    )

"""Writes the charts of plain tables as native charts of xlsxwriter: sizes, fonts and axes as schemas/report.yaml says."""

from typing import Any

from xlsxwriter.chart import Chart as Drawn
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lianghua_batch import resources
from lianghua_batch.report.addresses import Addresses
from lianghua_batch.report.model import Chart, Series, SheetTable

_TOGETHER = 100  # the overlap, in percent, of bars at the same place


def insert(book: Workbook, page: Worksheet, sheet: SheetTable, addresses: Addresses) -> None:
    """Draw every chart of a sheet where it says."""
    for chart in sheet.charts:
        drawn = _drawn(book, chart, addresses)
        drawn.set_size({"width": chart.width, "height": chart.height})
        page.insert_chart(sheet.first_row + chart.row, chart.column, drawn, {"object_position": 1})


def _drawn(book: Workbook, chart: Chart, addresses: Addresses) -> Drawn:
    look = resources.load("report")["charts"]
    drawn = book.add_chart({"type": chart.kind} | ({"subtype": "stacked"} if chart.stacked else {}))
    for series in chart.series:
        drawn.add_series(_series(chart, series, addresses, look))
    drawn.set_title({"name": chart.title, "name_font": look["title_font"], "overlay": False})
    categories = {"name": chart.categories_title, "name_font": look["axis_font"], "num_font": look["font"]}
    values = {
        "name": chart.values_title,
        "name_font": look["axis_font"],
        "num_font": look["font"],
        "num_format": chart.number_format,
        "major_gridlines": {"visible": True, "line": look["grid"]},
        "line": {"none": True},
    }
    if chart.least is not None:
        values["min"] = float(chart.least)
    if chart.most is not None:
        values["max"] = float(chart.most)
    if chart.kind == "bar":
        categories |= {"reverse": True, "interval_unit": 1}
        values |= {"label_position": "low", "crossing": "max"}
    # xlsxwriter calls a bar chart's vertical axis, which has the categories, its x axis too.
    drawn.set_x_axis(categories)
    drawn.set_y_axis(values)
    drawn.set_legend({"position": "bottom", "font": look["font"]} if chart.legend else {"none": True})
    drawn.set_chartarea({"border": look["border"], "fill": {"color": "#FFFFFF"}})
    return drawn


def _series(chart: Chart, series: Series, addresses: Addresses, look: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": series.name,
        "categories": f"={addresses.area(series.categories)}",
        "values": f"={addresses.area(series.values)}",
    }
    if chart.kind in ("line", "radar"):
        given |= {"line": {"color": series.colour, "width": look["line_width"]}}
        given |= {
            "marker": {
                "type": "circle",
                "size": look["marker"],
                "fill": {"color": series.colour},
                "border": {"none": True},
            }
        }
    else:
        given |= {"fill": {"color": series.colour}, "border": {"none": True}, "gap": look["gap"]}
        if chart.stacked or chart.alike:
            given["overlap"] = _TOGETHER
    if series.points:
        given["points"] = [{"fill": {"color": colour}} for colour in series.points]
    if series.labelled:
        given["data_labels"] = {"value": True, "font": look["font"], "num_format": chart.number_format}
    return given

"""Writes the charts of plain tables as native charts of xlsxwriter: sizes, fonts and axes as schemas/report/workbook.yaml says."""

from typing import Any

from xlsxwriter.chart import Chart as Drawn
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lianghua_batch.core import resources
from lianghua_batch.report.layout.addresses import Addresses
from lianghua_batch.report.layout.model import Chart, Series, SheetTable

_TOGETHER = 100  # overlap in percent: bars at the same place


def insert(book: Workbook, page: Worksheet, sheet: SheetTable, addresses: Addresses) -> None:
    """Draw every chart of a sheet where it says."""
    look = resources.load("report/workbook")["charts"]
    for chart in sheet.charts:
        drawn = _drawn(book, chart, addresses)
        drawn.set_size({"width": chart.width, "height": chart.height})
        page.insert_chart(sheet.first_row + chart.row, chart.column, drawn, {"object_position": 1, **look["offset"]})


def _drawn(book: Workbook, chart: Chart, addresses: Addresses) -> Drawn:
    look = resources.load("report/workbook")["charts"]
    drawn = book.add_chart({"type": chart.kind} | ({"subtype": "stacked"} if chart.stacked else {}))
    for number, series in enumerate(chart.series):
        drawn.add_series(_series(chart, series, number, addresses, look))
    drawn.set_title({"name": _text(chart.title), "name_font": look["title_font"], "overlay": False})
    categories = {"name": chart.categories_title, "name_font": look["axis_font"], "num_font": look["font"]}
    # Beside the plot, where a value below zero does not cover them.
    categories["label_position"] = "low"
    values = {
        "name": chart.values_title,
        "name_font": look["axis_font"],
        "num_font": look["font"],
        "num_format": chart.number_format,
        "major_gridlines": {"visible": True, "line": look["grid"]},
        "line": {"none": True},
    }
    for name, bound in (("min", chart.least), ("max", chart.most), ("major_unit", chart.step)):
        if bound is not None:
            values[name] = float(bound)
    if chart.kind == "bar":
        # The first category on top, and the values' axis below the last one all the same.
        categories |= {"reverse": True, "interval_unit": 1, "crossing": "max", "major_gridlines": {"visible": False}}
        # xlsxwriter calls a bar chart's horizontal axis, which has the values, its x axis.
        drawn.set_x_axis(values)
        drawn.set_y_axis(categories)
    else:
        drawn.set_x_axis(categories)
        drawn.set_y_axis(values)
    drawn.set_legend({"position": "bottom", "font": look["font"]} if chart.legend else {"none": True})
    if chart.around:
        left, top, right, bottom = chart.around
        drawn.set_plotarea(
            {
                "layout": {
                    "x": left / chart.width,
                    "y": top / chart.height,
                    "width": (chart.width - left - right) / chart.width,
                    "height": (chart.height - top - bottom) / chart.height,
                }
            }
        )
    drawn.set_chartarea({"border": look["border"], "fill": {"color": "#FFFFFF"}})
    return drawn


def _text(words: str) -> str:
    """Words of a chart; xlsxwriter would take what reads as a place in a sheet (=A!B1, A!B1) for a formula."""
    plain = words.replace("!", "！")
    return f" {plain}" if plain.startswith("=") else plain


def _series(chart: Chart, series: Series, number: int, addresses: Addresses, look: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": _text(series.name),
        "categories": f"={addresses.area(series.categories)}",
        "values": f"={addresses.area(series.values)}",
    }
    if chart.kind in ("line", "radar"):
        given |= {"line": {"color": series.colour, "width": look["line_width"]}}
        given |= {
            "marker": {
                "type": look["markers"][number % len(look["markers"])],
                "size": look["marker"],
                "fill": {"color": series.colour},
                "border": {"color": series.colour},
            }
        }
    else:
        given |= {"fill": {"color": series.colour}, "border": look["bar_border"], "gap": look["gap"]}
        if chart.stacked or chart.alike:
            given["overlap"] = _TOGETHER
    if series.points:
        given["points"] = [{"fill": {"color": colour}, "border": look["bar_border"]} for colour in series.points]
    if series.labelled:
        given["data_labels"] = {
            "value": True,
            "font": look["font"],
            "num_format": chart.label_format or chart.number_format,
        }
    return given

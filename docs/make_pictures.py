"""Draws the pictures of 使用手册.md and README.md into docs/images/ from sample_data/ and from what the program writes.

    python docs/make_pictures.py [name …]

Needs LibreOffice (soffice), Poppler (pdftoppm, pdftotext), the Noto CJK fonts and Pillow; nothing else of the project does.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
_YEAR, _QUARTER = "输出/2026/考评排名_2026.xlsx", "输出/2026Q1/考评排名_2026Q1.xlsx"
_BRANCH = "ZB002_县教育局业务股党支部"
# Of a page's height: what lies between the printed header and footer, which take as much of a short page as of a long one.
_BODY = {"landscape": (0.055, 0.94), "portrait": (0.055, 0.95)}
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>{}</fontconfig>"""
_FONT = """<match target="pattern"><test name="family"><string>{}</string></test>
<edit name="family" mode="assign" binding="strong"><string>{}</string></edit></match>"""


@dataclass(frozen=True)
class Picture:
    """One picture: the first page of `workbook` that says `phrase`, without its white edges, cut below at most `most` pixels."""

    name: str
    workbook: str
    phrase: str
    most: int | None = None
    dpi: int = 96


PICTURES = (
    Picture("form-01-roster-units", "花名册.xlsx", "党组织花名册", dpi=112),
    Picture("form-01-roster-members", "花名册.xlsx", "党员花名册", 430),
    Picture("form-02-scheme-parameters", "考评方案.xlsx", "常规化权重", 560, 112),
    Picture("form-02-scheme-indicators", "考评方案.xlsx", "赋分方法", 450, 112),
    Picture("form-03-daily-record", f"{_BRANCH}/2026-01.xlsx", "党员日记录", 490),
    Picture("form-04-monthly-score", f"{_BRANCH}/2026-01.xlsx", "党员月打分"),
    Picture("form-05-quarterly-summary", f"{_BRANCH}/2026Q1季汇总.xlsx", "季汇总"),
    Picture("form-06-annual-review", f"{_BRANCH}/年评议.xlsx", "民主评议党员"),
    Picture("form-07-inspection", "督查/2026Q1.xlsx", "督查打分"),
    Picture("form-08-indicator-value", "年末/指标完成.xlsx", "指标完成", 460),
    Picture("form-09-supervisor-score", "年末/监督员评分.xlsx", "监督员评分", 460),
    Picture("form-10-satisfaction", "年末/满意度测评.xlsx", "满意度测评"),
    Picture("form-11-bonus", "年末/加减分.xlsx", "加减分"),
    Picture("form-12-rectification", "年末/整改台账.xlsx", "整改台账"),
    Picture("form-13-objection", "年末/异议登记.xlsx", "异议登记"),
    Picture("form-14-declaration", f"{_BRANCH}/差异化申报.xlsx", "差异化指标申报"),
    Picture("form-15-declaration-review", "年末/差异化审核.xlsx", "差异化指标审核"),
    Picture("form-16-task", "年末/任务清单.xlsx", "任务清单"),
    Picture("form-17-suggestion", "年末/意见建议.xlsx", "意见建议"),
    Picture("form-18-activity-record", f"{_BRANCH}/2026-01.xlsx", "支部活动记录"),
    Picture("template-monthly-score", f"填报/2026-02/{_BRANCH}.xlsx", "2026年2月党员月打分"),
    Picture("template-instructions", f"填报/2026-02/{_BRANCH}.xlsx", "选择性粘贴"),
    Picture("result-cover", _YEAR, "编制单位："),
    Picture("result-overview", _YEAR, "名次升降最大的单位"),
    Picture("result-committees", _YEAR, "2026年度党委排名"),
    Picture("result-branches", _YEAR, "2026年度支部排名（全县）"),
    Picture("result-branches-by-committee", _YEAR, "2026年度支部排名（按党委）"),
    Picture("result-charts", _YEAR, "2026年度图表"),
    Picture("result-quarters", _YEAR, "2026年度季度走势"),
    Picture("result-members", _YEAR, "2026年度党员积分", 520, 112),
    Picture("result-composition", _YEAR, "2026年度支部得分构成", dpi=112),
    Picture("result-indicator-scores", _YEAR, "2026年度指标得分明细", 420, 128),
    Picture("result-bonus", _YEAR, "2026年度加减分明细"),
    Picture("result-uses", _YEAR, "2026年度结果运用"),
    Picture("result-rectification", _YEAR, "2026年度整改台账", 420),
    Picture("result-indicator-analysis", _YEAR, "2026年度指标分析", 420),
    Picture("result-scheme", _YEAR, "依据：《"),
    Picture("result-warnings", f"提示/{_YEAR}", "2026年度提示"),
    Picture("unit-scorecard", f"输出/2026/各单位/{_BRANCH}_考评结果_2026.xlsx", "考评成绩单"),
    Picture("status-matrix", "催报/输出/2026/报送状态.xlsx", "2026年度报送情况", dpi=128),
    Picture("status-list", "催报/输出/2026/报送状态.xlsx", "2026年度催报单"),
    Picture("check-report", "查错/输出/2026Q1/检查报告.xlsx", "建议值", dpi=112),
    Picture("check-opinions", f"查错/输出/2026Q1/批注/{_BRANCH}/2026-01.xlsx", "核对意见"),
    Picture("check-annotated", f"查错/输出/2026Q1/批注/{_BRANCH}/2026-01.xlsx", "党员月打分", 400),
    Picture("quarter-branches", _QUARTER, "2026年第一季度（监测）支部排名（全县）"),
)


def main(wanted: Iterable[str]) -> None:
    """Draw the pictures of the given names, or all of them."""
    IMAGES.mkdir(exist_ok=True)
    names = set(wanted)
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        prepare(data)
        printer = Printer(Path(folder))
        for picture in PICTURES:
            if not names or picture.name in names:
                save(printer.draw(data, picture), picture.name)
        if not names or "ranking" in names:
            save(_ranking(printer, data), "ranking")


def prepare(data: Path) -> None:
    """Lay out sample_data with its results, a month's forms that are still due, results that have warnings, and forms that are late."""
    leave_out = shutil.ignore_patterns("输出")
    shutil.copytree(ROOT / "sample_data", data, ignore=leave_out)
    _program("run", data, "--period", "2026")
    _program("run", data, "--period", "2026Q1")
    due = data.parent / "due"
    shutil.copytree(ROOT / "sample_data", due, ignore=leave_out)
    monthly = openpyxl.load_workbook(due / _BRANCH / "2026-02.xlsx")
    monthly.remove(monthly["月打分"])
    monthly.save(due / _BRANCH / "2026-02.xlsx")
    _program("templates", due, "--period", "2026-02", "--unit", _BRANCH[:5])
    doubtful = data.parent / "doubtful"
    shutil.copytree(ROOT / "sample_data", doubtful, ignore=leave_out)
    bonus = openpyxl.load_workbook(doubtful / "年末" / "加减分.xlsx")
    sheet = bonus.worksheets[0]
    sheet.cell(sheet.max_row, 7, "待审")
    sheet.cell(4, 8, "联系电话")
    bonus.save(doubtful / "年末" / "加减分.xlsx")
    daily = openpyxl.load_workbook(doubtful / _BRANCH / "2026-05.xlsx")
    daily["日记录"].append([c.value for c in daily["日记录"][7]])
    daily.save(doubtful / _BRANCH / "2026-05.xlsx")
    _program("run", doubtful, "--period", "2026")
    late = data.parent / "late"
    shutil.copytree(ROOT / "sample_data", late, ignore=leave_out)
    for month in ("11", "12"):
        (late / "ZB004_县卫生健康委机关党支部" / f"2026-{month}.xlsx").unlink()
    shutil.copy(due / _BRANCH / "2026-02.xlsx", late / _BRANCH / "2026-02.xlsx")
    shutil.copy(late / _BRANCH / "2026-05.xlsx", late / _BRANCH / "2026-05 - 副本.xlsx")
    summary = openpyxl.load_workbook(late / _BRANCH / "2026Q3季汇总.xlsx")
    summary["季汇总"].cell(summary["季汇总"].max_row, 9, 100)
    summary.save(late / _BRANCH / "2026Q3季汇总.xlsx")
    (late / "年末" / "监督员评分.xlsx").unlink()
    _program("status", late, "--period", "2026", "--as-of", "2027-01-10", "--report")
    shutil.move(late, data / "催报")
    _annotated(data.parent / "faulty")
    shutil.move(data.parent / "faulty", data / "查错")
    shutil.move(due / "填报", data / "填报")
    shutil.move(doubtful, data / "提示")


def _annotated(faulty: Path) -> None:
    """A quarter with faults of several kinds, its report and its annotated copies."""
    shutil.copytree(ROOT / "sample_data", faulty, ignore=shutil.ignore_patterns("输出"))
    monthly = openpyxl.load_workbook(faulty / _BRANCH / "2026-01.xlsx")
    sheet = monthly["月打分"]
    for row in range(6, 11):
        sheet.cell(row, 4, "良")
    sheet["B7"], sheet["L5"] = "范海丽", "联系电话"
    monthly.save(faulty / _BRANCH / "2026-01.xlsx")
    inspection = openpyxl.load_workbook(faulty / "督查" / "2026Q1.xlsx")
    inspection.worksheets[-1]["D6"] = 190
    inspection.save(faulty / "督查" / "2026Q1.xlsx")
    for month in ("01", "02", "03"):
        (faulty / "ZB004_县卫生健康委机关党支部" / f"2026-{month}.xlsx").unlink()
    _program("check", faulty, "--period", "2026Q1", "--annotate", ends_with=1)


def _program(*arguments: object, ends_with: int = 0) -> None:
    done = subprocess.run([sys.executable, "-m", "lianghua_batch", *map(str, arguments)], capture_output=True)
    if done.returncode != ends_with:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))


class Printer:
    """Prints workbooks to PDF with 宋体, 黑体 and the like replaced by fonts of the same kind, and pages of them to pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        song = ("宋体", "仿宋_GB2312", "楷体_GB2312", "方正小标宋简体")
        fonts = {**dict.fromkeys(song, "Noto Serif CJK SC"), "黑体": "Noto Sans CJK SC"}
        (folder / "fonts.conf").write_text(_FONTS.format("".join(_FONT.format(*pair) for pair in fonts.items())))
        self.environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
        self.printed: dict[Path, Path] = {}

    def draw(self, data: Path, picture: Picture) -> Image.Image:
        """Return one picture."""
        pdf = self._print(data / picture.workbook)
        number = next(n for n, text in enumerate(self._pages(pdf), start=1) if picture.phrase in text)
        page = ["-f", str(number), "-l", str(number), "-singlefile", "-png", "-r", str(picture.dpi)]
        self._call("pdftoppm", *page, pdf, self.folder / "page")
        with Image.open(self.folder / "page.png") as drawn:
            image = drawn.convert("RGB")
        body = _BODY["portrait" if image.height > image.width else "landscape"]
        top, bottom = (round(share * image.height) for share in body)
        return shortened(trimmed(image.crop((0, top, image.width, bottom))), picture.most)

    def _print(self, workbook: Path) -> Path:
        if workbook not in self.printed:
            out = self.folder / f"pdf{len(self.printed)}"
            profile = f"-env:UserInstallation=file://{self.folder}/profile"
            self._call("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", out, workbook)
            self.printed[workbook] = out / f"{workbook.stem}.pdf"
        return self.printed[workbook]

    def _pages(self, pdf: Path) -> list[str]:
        return self._call("pdftotext", pdf, "-").split("\f")

    def _call(self, *command: object) -> str:
        done = subprocess.run([str(c) for c in command], env=self.environment, check=True, capture_output=True)
        return done.stdout.decode("utf-8")


def trimmed(image: Image.Image, edge: int = 8) -> Image.Image:
    """Without its white edges, but for `edge` pixels."""
    box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    tight = image.crop(box)
    framed = Image.new("RGB", (tight.width + 2 * edge, tight.height + 2 * edge), "white")
    framed.paste(tight, (edge, edge))
    return framed


def shortened(image: Image.Image, most: int | None) -> Image.Image:
    """Cut below the last ruled line within the first `most` rows of pixels."""
    if most is None or image.height <= most:
        return image
    grey = image.convert("L")
    dark = [sum(grey.crop((0, y, grey.width, y + 1)).histogram()[:160]) for y in range(most)]
    line = max(y for y, count in enumerate(dark) if count > 0.7 * grey.width)
    return image.crop((0, 0, image.width, line + 1))


def _ranking(printer: Printer, data: Path, edge: int = 20) -> Image.Image:
    """README's picture: 总览 above 支部排名, each on a sheet of its own."""
    phrases = ("名次升降最大的单位", "2026年度支部排名（全县）")
    sheets = [printer.draw(data, Picture("", _YEAR, phrase, dpi=100)) for phrase in phrases]
    width = max(s.width for s in sheets) + 2 * edge
    both = Image.new("RGB", (width + 2 * edge, sum(s.height + 3 * edge for s in sheets) + edge), "#D9D9D9")
    top = edge
    for sheet in sheets:
        both.paste("white", (edge, top, edge + width, top + sheet.height + 2 * edge))
        both.paste(sheet, (edge + (width - sheet.width) // 2, top + edge))
        top += sheet.height + 3 * edge
    return both


def save(image: Image.Image, name: str) -> None:
    """Write a picture with a small palette."""
    path = IMAGES / f"{name}.png"
    image.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.stat().st_size // 1024:4d} KB {image.width}×{image.height} {path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])

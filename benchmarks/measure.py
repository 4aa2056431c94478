"""Time and memory of the main commands beside a plain pandas script, in one run on one machine: ratios count, seconds do not.

    python benchmarks/measure.py --times 1        a county of 15 党委, 100 支部, 3,300 党员, made by `sample`
    python benchmarks/measure.py --data county    a county of your own

Linux only: memory is read from /proc. The table is printed as docs/performance.md has it.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

PROGRAM = [sys.executable, "-m", "lianghua_batch"]
COUNTY = {"committees": 15, "branches": 100, "members": 3300}
PERIOD = "2026"
BETWEEN_LOOKS = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True)
class Measured:
    """One command: what it is called, wall seconds, MB of the largest process and of all together, exit code."""

    name: str
    seconds: float
    largest: float
    together: float
    code: int


def measured(name: str, command: Sequence[object]) -> Measured:
    """Run a command and watch it."""
    begun = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most, over = [0.0, 0.0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, most, over))
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - begun
    over.set()
    watcher.join()
    return Measured(name, seconds, *most, code)


def _watch(pid: int, most: list[float], over: threading.Event) -> None:
    while not over.wait(BETWEEN_LOOKS):
        sizes = list(_sizes(pid))
        if sizes:
            most[:] = max(most[0], *sizes), max(most[1], sum(sizes))


def _sizes(pid: int):
    """Resident MB of a process and of all below it."""
    try:
        yield int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _sizes(int(child))
    except (OSError, IndexError, ValueError):  # it has just ended
        return


def _round(data: Path, work: Path) -> list[Measured]:
    plain = Path(__file__).with_name("plain.py")
    found = [measured("plain pandas script", [sys.executable, plain, data, work / "plain.xlsx"])]
    county = shutil.copytree(data, work / "county")
    arguments = [county, "--period", PERIOD]
    found.append(measured("check", [*PROGRAM, "check", *arguments]))
    found.append(measured("run", [*PROGRAM, "run", *arguments]))
    found.append(measured("run, nothing changed", [*PROGRAM, "run", *arguments]))
    _change_a_diary(county)
    found.append(measured("run, one form changed", [*PROGRAM, "run", *arguments]))
    shutil.rmtree(county)
    return found


def _change_a_diary(county: Path) -> None:
    for path in sorted(county.rglob("*.xlsx")):
        if "输出" in path.parts:
            continue
        book = openpyxl.load_workbook(path)
        for sheet in book:
            head = next((row for row in sheet.iter_rows() if any(cell.value == "事由" for cell in row)), None)
            if head is not None and sheet.max_row > head[0].row:
                column = next(cell.column for cell in head if cell.value == "事由")
                sheet.cell(head[0].row + 1, column).value = "改动"
                book.save(path)
                return
    raise SystemExit("no 日记录 in the county")


def _table(rounds: Sequence[Sequence[Measured]]) -> str:
    lines = [
        "| command | seconds | × plain | largest process, MB | all processes, MB | exit |",
        "|---|---|---|---|---|---|",
    ]
    median = [sorted(same, key=lambda m: m.seconds)[len(same) // 2] for same in zip(*rounds, strict=True)]
    for each in median:
        share = each.seconds / median[0].seconds
        lines.append(
            f"| {each.name} | {each.seconds:.1f} | {share:.2f} | {each.largest:.0f} | {each.together:.0f} | {each.code} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=1, help="how many times the county of 3,300 members")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work, data = Path(folder), given.data
        if data is None:
            data = work / "sample"
            sizes = [f"--{name}={count * given.times}" for name, count in COUNTY.items()]
            subprocess.run([*PROGRAM, "sample", str(data), *sizes], check=True, stdout=subprocess.DEVNULL)
        print(_table([_round(data, work) for _ in range(given.runs)]))


if __name__ == "__main__":
    main()

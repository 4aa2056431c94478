"""What a user would write instead: pandas with its fastest reader, member and branch means, nothing checked or explained.

python benchmarks/plain.py county out.xlsx
"""

import sys
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

FORMS = ("日记录", "月打分", "季汇总")


def main(root: Path, out: Path) -> None:
    """Read every 日记录, 月打分 and 季汇总 below `root` and write the means of members and branches."""
    tables: dict[str, list[pd.DataFrame]] = {form: [] for form in FORMS}
    for path in sorted(root.rglob("*.xlsx")):
        if {"输出", "归档"} & set(path.parts):
            continue
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            form = next((f for f in FORMS if any(f in row for row in rows[:4])), None)
            head = next((n for n, row in enumerate(rows) if "党员编号" in row), None)
            if form is not None and head is not None:
                frame = pd.DataFrame(rows[head + 1 :], columns=rows[head])
                tables[form].append(frame.assign(支部=path.parent.name, 文件=path.stem))
    diary, months, quarters = (pd.concat(frames, ignore_index=True) for frames in tables.values())
    members = months.groupby(["支部", "党员编号", "姓名"])["合计"].agg(lambda cells: pd.to_numeric(cells).mean())
    members = members.reset_index().merge(diary.groupby("党员编号").size().rename("记录数"), on="党员编号", how="left")
    points = quarters.assign(审定积分=pd.to_numeric(quarters["审定积分"])).groupby("支部")["审定积分"].mean()
    with pd.ExcelWriter(out) as writer:
        members.sort_values("合计", ascending=False).to_excel(writer, sheet_name="党员", index=False)
        points.sort_values(ascending=False).to_excel(writer, sheet_name="支部")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

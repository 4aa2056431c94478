"""What `run` says of its results when it has written them."""

from click.testing import CliRunner
from factories import County

from lianghua_batch.cli.app import root


def told(county: County, folder) -> list[str]:
    """The lines between the counts and the files."""
    done = CliRunner().invoke(root, ["run", str(county.write(folder))])
    assert done.exit_code == 0, done.output
    return [line for line in done.stdout.splitlines()[2:] if not line.startswith("已写出")]


def test_grades_and_who_is_first_and_last(tmp_path):
    county = County().only("2026Q1")
    county.form("督查打分").row(组织编号="ZB2")["得分"] = 50
    assert told(county, tmp_path) == [
        "  党委：一般 1。",
        "  支部：良好 1、较差 1；全县第一 财政第一支部 85.00；最后 财政第二支部 65.00。",
    ]


def test_what_moved_since_the_run_before(tmp_path):
    county = County().only("2026Q1")
    told(county, tmp_path)
    county.form("督查打分").row(组织编号="ZB2")["得分"] = 88
    assert told(county, tmp_path)[-1] == (
        "与上次的结果相比：2 个单位的总分、2 个的等次、1 个的名次有变动（缘由可用 diff 比较）。"
    )


def test_nothing_moved(tmp_path):
    county = County().only("2026Q1")
    told(county, tmp_path)
    county.form("督查打分").row(组织编号="ZB2")["存在问题"] = "会议记录不全"
    assert told(county, tmp_path)[-1] == "与上次的结果相比，各单位的总分、等次、名次都没有变动。"


def test_many_that_are_first_are_not_all_named(tmp_path):
    county = County().only("2026Q1")
    for n in range(3, 7):
        county.form("花名册", "层级").add(
            组织编号=f"ZB{n}", 组织名称=f"第{n}支部", 层级="支部", 上级编号="DW1", 窗口单位="否"
        )
        county.form("督查打分").add(组织编号=f"ZB{n}", 组织名称=f"第{n}支部", 检查单位="互检一组", 得分=85)
    county.form("督查打分").row(组织编号="ZB2")["得分"] = 50
    assert told(county, tmp_path)[1] == (
        "  支部：良好 5、较差 1；全县第一 财政第一支部、第3支部、第4支部 等 5 个 85.00；最后 财政第二支部 65.00。"
    )

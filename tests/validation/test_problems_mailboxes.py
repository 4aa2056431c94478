"""联系邮箱 that is no address: pointed out while there is time to correct it."""

from factories import County


def test_what_is_no_address(tmp_path):
    county = County().only("2026Q1")
    units = county.form("花名册", "层级")
    units.headings.append("联系邮箱")
    units.row(组织编号="DW1")["联系邮箱"] = "dw1@example.cn；dangban@example.cn"
    units.row(组织编号="ZB1")["联系邮箱"] = "zb1@example.cn；财政局党办"
    units.row(组织编号="ZB2")["联系邮箱"] = "zb2＠example。cn"
    assert county.complaints(tmp_path, "2026Q1") == [
        "W504 花名册.xlsx 党组织 J5[财政局党办]：财政第一支部（ZB1） 的联系邮箱“财政局党办”不是邮箱地址，结果寄不到。"
        "请填写完整的邮箱地址，如 dangban@example.cn；几个地址之间用分号隔开。",
        "W504 花名册.xlsx 党组织 J6[zb2＠example。cn]：财政第二支部（ZB2） 的联系邮箱“zb2＠example。cn”不是邮箱地址，结果寄不到。"
        "请填写完整的邮箱地址，如 dangban@example.cn；几个地址之间用分号隔开。（zb2@example.cn？）",
    ]

"""`diff`: two results beside each other; nothing is written."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import format_option, root


@root.command(
    epilog="\b\n例：lianghua-batch diff 备份/2026Q1 data/输出/2026Q1\n例：lianghua-batch diff 旧/results.json 新/results.json --format json"
)
@click.argument("old", metavar="旧结果", type=click.Path(path_type=Path))
@click.argument("new", metavar="新结果", type=click.Path(path_type=Path))
@format_option
def diff(old: Path, new: Path, form: str) -> None:
    """比较两次结果：谁的总分、等次、名次变了，变在数据、规则还是名单。结果写文件夹（如 输出/2026Q1）或其中的 results.json。

    有没有差别，退出码都是 0。
    """
    from lianghua_batch.analysis import published
    from lianghua_batch.analysis.diff import as_json, compare
    from lianghua_batch.archive import published_reader
    from lianghua_batch.cli import diff_view, output

    try:
        found = compare.compare(published_reader.read(old), published_reader.read(new))
    except (published.Unusable, compare.Incomparable) as error:
        raise WrongUsage(str(error)) from None
    if form == "json":
        output.print_json(as_json.as_json(found))
    else:
        diff_view.show(found)

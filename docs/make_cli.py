"""Writes docs/cli.md, the reference of every command, from what `--help` prints.

    python docs/make_cli.py

The texts stand in schemas/messages/cli.yaml. A test fails while the reference is stale.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from lianghua_batch.cli.app import root

REFERENCE = Path(__file__).resolve().parent / "cli.md"
_WIDTH = 100
_HEAD = """\
# 命令参考

每个命令的用法、选项和例子，与 `lianghua-batch 命令 --help` 显示的相同。怎样用它们完成一年的考评，见[使用手册](使用手册.md)。

退出码：0 完成；1 数据有错误；2 命令写错，或读写失败。

<!-- 由 docs/make_cli.py 生成，请勿手工修改；文字在 schemas/messages/cli.yaml。 -->
"""


def main() -> None:
    """Write the reference."""
    REFERENCE.write_text(reference(), encoding="utf-8", newline="\n")


def reference() -> str:
    """Return the whole reference: a heading and the help of every command and sub-command, in the order of the year's work."""
    return "\n".join([_HEAD, *_sections(root, None, "lianghua-batch")])


def _sections(command: click.Command, parent: click.Context | None, name: str) -> Iterator[str]:
    context = command.context_class(command, parent=parent, info_name=name, terminal_width=_WIDTH)
    yield f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"
    for child in getattr(command, "commands", {}).values():
        yield from _sections(child, context, child.name)


if __name__ == "__main__":
    main()

"""Closes a workbook that xlsxwriter has been writing, so that what the system refuses stays an OSError."""

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook


def close(book: "Workbook") -> None:
    """Write the workbook; raises OSError where that cannot be done or it would be too big for its format."""
    from xlsxwriter.exceptions import FileCreateError, FileSizeError

    try:
        book.close()
    except FileCreateError as error:  # wraps the OSError
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from None
    except FileSizeError:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG)) from None

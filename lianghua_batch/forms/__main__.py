"""`python -m lianghua_batch.forms FOLDER` writes the blank forms; templates_xlsx/ holds them."""

import sys
from pathlib import Path

from lianghua_batch.core import resources
from lianghua_batch.forms import blank

for template in blank(Path(sys.argv[1]) if len(sys.argv) > 1 else resources.folder("templates_xlsx")):
    print(template)

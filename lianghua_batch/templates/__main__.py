"""`python -m lianghua_batch.templates FOLDER` writes the blank forms; templates_xlsx/ holds them."""

import sys
from pathlib import Path

from lianghua_batch import resources
from lianghua_batch.templates import blank

for template in blank(Path(sys.argv[1]) if len(sys.argv) > 1 else resources.folder("templates_xlsx")):
    print(template)

"""Makes a sample county anew: python -m lianghua_batch.forms.sample FOLDER, by default the one of sample_data/."""

import argparse
import sys
from pathlib import Path

from lianghua_batch.forms import sample
from lianghua_batch.forms.sample.files import clear


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lianghua_batch.forms.sample", description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, default in (("committees", 2), ("branches", 6), ("members", 40), ("seed", 2026), ("year", 2026)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    county = sample.county(given.committees, given.branches, given.members, given.seed, given.year)
    if not clear(given.folder):
        print(f"{given.folder} holds something else than a sample county: nothing changed", file=sys.stderr)
        return 2
    print(f"{len(sample.write(county, given.folder))} files in {given.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m lianghua_batch` is the command `lianghua-batch`."""

from lianghua_batch.cli import main

if __name__ == "__main__":
    main()

"""`python -m deploy.local.sample DIR [--seed N]`"""

import argparse
import sys
from pathlib import Path

from deploy.local.sample import SEED, write
from shared.departments import load_register


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.sample", description="Writes the sample's files.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    for path in write(asked.directory, load_register(), asked.seed):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()

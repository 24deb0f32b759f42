"""Two years of invented events for the demo and the tests: pure, and the same bytes for the same seed.

`python -m deploy.local.sample DIR` writes them as files that `svr submit` reads.
"""

from deploy.local.sample.expecting import Expected, expected
from deploy.local.sample.generating import sample
from deploy.local.sample.model import PERIODS, SEED, Line, Stage
from deploy.local.sample.writing import write

__all__ = ["PERIODS", "SEED", "Expected", "Line", "Stage", "expected", "sample", "write"]

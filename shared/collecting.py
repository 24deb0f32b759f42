"""When Python looks for cycles among its objects."""

import gc


def collect_late(after: int) -> None:
    """When so many more objects are alive, instead of at 700: a batch makes half a million of them and no cycles, and
    the collector would walk what it holds again and again. What is alive now is never walked.
    """
    gc.freeze()
    gc.set_threshold(after, 20, 50)

"""How long a call takes, for the tests that compare a small input with a large one."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def measure_seconds(call: Callable[[], object], repeats: int = 1) -> float:
    """Return the processor seconds of a call, the least of some repeats, nothing else counted.

    Garbage is not collected meanwhile: a run of all tests holds so much that one collection costs more than a small
    call, and only the large one is sure to have one in each repeat.
    """
    gc.collect()
    gc.disable()
    try:
        return min(_measure_once(call) for _ in range(repeats))
    finally:
        gc.enable()


def _measure_once(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began

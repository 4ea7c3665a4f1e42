"""How the command line says how long something takes."""

from __future__ import annotations


def say_time(seconds: float) -> str:
    """Return a time in the words of people: ``30 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"

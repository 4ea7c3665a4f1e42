"""What a worker gives up before it reads a question: the network, core dumps, files, and life without its parent.

Each wall is taken where the system has it, and ``enter`` says which stand. Standard library only: the
network can be left only while the process has a single thread, so this runs before anything is imported.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def enter(nice: int = 5) -> bool:
    """Give up what a worker does not need; return whether it is now without a network.

    ``nice`` is by how much others go before it, so that the server answers before a question is worked on.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers
    try:
        os.nice(nice)
    except OSError:
        pass
    libc = _libc()
    if libc is None:
        return False
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    alone = bool(libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return alone


def _libc() -> ctypes.CDLL | None:
    """Return the C library where it is Linux's."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return libc if hasattr(libc, "unshare") and hasattr(libc, "prctl") else None
    except (OSError, TypeError):
        return None


def limit_memory(more: int, *, files: bool) -> None:
    """Let the process take ``more`` bytes of address space beyond what it has, and write no files but for ``files``."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            held = int(stream.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        held = more
    resource.setrlimit(resource.RLIMIT_AS, (held + more, held + more))
    if not files:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_files(most: int) -> None:
    """Let the process open files with numbers below ``most`` only, as far as the system lets it; 0 leaves it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most if hard < 0 else min(most, hard), hard))


def arm(seconds: float) -> None:
    """Let the system kill this process after a time, whatever it is then doing; 0 takes that back."""
    signal.setitimer(signal.ITIMER_REAL, seconds)

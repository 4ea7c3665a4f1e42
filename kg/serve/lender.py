"""A worker that connections are lent to, as the server sees it: its place on the board and the ways to it."""

from __future__ import annotations

import fcntl
import os
import socket
import struct

from kg.serve.process import Worker

LOG_ROOM = 1 << 20
"""Bytes of lines that a worker may write between two looks; it waits where there is no more room."""


class Lender:
    """A worker that connections are lent to, with its place on the board and the ways to it."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.worker: Worker | None = None
        self.ended = ""
        self.ahead = 0
        """Bytes that were passed on for the log already, of those that come next."""
        self.gifts, self.gifts_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.back, self.back_end = socket.socketpair()
        self.log, self.log_end = os.pipe()
        self.gifts.setblocking(False)
        os.set_blocking(self.log, False)
        _widen(self.log)

    def handed(self) -> dict[str, int]:
        """Return the files of the worker's end."""
        return {"gifts": self.gifts_end.fileno(), "back": self.back_end.fileno(), "log": self.log_end}

    def close_worker_end(self) -> None:
        """Let go of what the worker holds now."""
        self.gifts_end.close()
        self.back_end.close()
        os.close(self.log_end)

    def close(self) -> None:
        """Let go of the rest."""
        self.gifts.close()
        os.close(self.log)

    def give(self, numbers: list[int], files: list[int]) -> bool:
        """Hand connections over, or with no files tell that they ended; return whether there was room."""
        try:
            socket.send_fds(self.gifts, [b"+" + struct.pack(f"!{len(numbers)}I", *numbers)], files)
        except OSError:
            return False
        return True

    def skip(self, data: bytes) -> bytes:
        """Return what is new of what comes next for the log."""
        new = data[self.ahead :]
        self.ahead -= len(data) - len(new)
        return new

    def end(self, reason: str) -> None:
        """Kill the worker."""
        self.ended = reason
        if self.worker is not None:
            self.worker.kill()


def _widen(pipe: int) -> None:
    """Let a pipe hold what a worker logs between two looks, which is about the 64 KB that it holds by itself."""
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, LOG_ROOM)
    except OSError:  # the system allows less
        pass

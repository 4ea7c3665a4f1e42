"""What a server is told: where it listens, what it serves, and how much one request may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kg.resources import Domain


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a request may cost; what goes beyond is ended with a clear answer, never cut short."""

    seconds: float = 30.0
    """Wall-clock time of a query; its worker is killed after it."""
    fair_seconds: float = 5.0
    """The time of a query while others wait and no worker is free."""
    wait_seconds: float = 15.0
    """How long a request waits for a worker before it is told to come back."""
    memory: int = 1 << 30
    """Bytes that a worker may take beyond what it needs to hold the store open."""
    rows: int = 100_000
    answer_bytes: int = 32 << 20
    body_bytes: int = 256 << 10
    """Bytes of a request body, and of a request line with its headers."""
    written_bytes: int = 32 << 20
    """Bytes of a graph that is written."""
    workers: int = 4
    waiting: int = 256
    """Requests that may wait for a worker at a time."""
    connections: int = 1_000
    slow_seconds: float = 10.0
    """Time in which a client must have sent its headers, then its body."""
    send_seconds: float = 30.0
    """Time in which a client must take 64 KiB of its answer."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One server: a store, a domain, an address and its limits."""

    store: Path
    domain: Domain
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    """Names that the Host header may hold beside those of this machine."""
    public: str = ""
    """The address that people reach it by, where that is not the one it listens at."""
    cors: tuple[str, ...] = ()
    """Origins whose pages may ask; ``*`` means any."""
    token: str = field(default="", repr=False)
    """With it, graphs may be written by who shows it; without it nothing may be written."""
    limits: Limits = field(default_factory=Limits)

"""Files read into parts: here, or in as many processes as there are cores, in batches."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from kg import graph
from kg.across.traces import make_traces
from kg.corpus.keys import combine_keys, file_digest
from kg.corpus.parts import Failure, Part, ReadArticle
from kg.corpus.tools import ArticleResult, Tools, load_tools, read_claims
from kg.errors import ArticleError, KgError, MissingExtraError, StoreError
from kg.model import Article, Claim
from kg.nquads import text_term
from kg.resources import Domain
from kg.sources import read_source

BATCH = 16
MAX_TEXT = 16_000_000
FEW = 24
"""So few files are read here: to start processes would take longer."""

_as_json = json.JSONEncoder(ensure_ascii=False).encode

Job = TypeVar("Job")
Done = TypeVar("Done")


class Source(NamedTuple):
    """A file to be read: its article id, its path, the key of the tools, and the content key it had when found."""

    name: str
    path: Path
    tools_key: str
    key: str


def source_key(name: str, path: Path, tools_key: str) -> str:
    """Return the content key of a file: its bytes, its name, and all that reads it. Raises ``ArticleError``."""
    return combine_keys((file_digest(path), name, path.name, tools_key))


def format_claims(claims: Iterable[Claim]) -> str:
    """Return the claims as JSON lines, the contract's fields in order."""
    return "".join(_as_json(claim.as_dict()) + "\n" for claim in claims)


# ---------------------------------------------------------------- one file
def read_part(tools: Tools, source: Source) -> Part:
    """Return what a file says; whatever is wrong with it is a failure of its own."""
    articles: list[ReadArticle] = []
    failures: list[Failure] = []
    lasting = True
    try:
        for article in read_source(source.name, source.path, tools.page, tools.extractor.grammar):
            if isinstance(article, KgError):
                failures.append(Failure.of(article))
                lasting = lasting and not isinstance(article, MissingExtraError)
            else:
                check_size(article, source.path)
                articles.append(pack_article(tools, read_claims(tools, article)))
        # A file that changed while it was read is read again the next time.
        lasting = lasting and _is_unchanged(source)
    except KgError as error:
        failures.append(Failure.of(error))
        lasting = isinstance(error, ArticleError) and _is_unchanged(source)
    except Exception as error:
        failures.append(_explain_crash(source.path, error))
        lasting = False
    key = source.key if lasting else f"{source.key} for once"
    return Part(source.name, key, str(source.path), tuple(articles), tuple(failures))


def _is_unchanged(source: Source) -> bool:
    try:
        return source_key(source.name, source.path, source.tools_key) == source.key
    except ArticleError:
        return False


def _explain_crash(path: Path, error: Exception) -> Failure:
    hint = "take it out and send it to those who maintain this tool"
    return Failure(f"reading it failed: {type(error).__name__}: {error}", str(path), hint)


def check_size(article: Article, path: Path) -> None:
    """Raise ``ArticleError`` where the text is longer than one literal that stores take (16 MB a line)."""
    size = len(text_term(article.text).encode())
    if size > MAX_TEXT:
        raise ArticleError(
            f"a text of {size:,} bytes is more than the {MAX_TEXT:,} that a store takes",
            where=str(path),
            hint="divide it into several articles",
        )


def pack_article(tools: Tools, result: ArticleResult) -> ReadArticle:
    """Return an article as it is kept."""
    claims = sorted(result.claims, key=lambda claim: (claim.start, claim.id))
    lines = graph.write_graph(result.article, claims, tools.domain.data_base, tools.extractor.lexicon.gazetteer)
    rows = format_claims(claims).encode()
    counts: Counter[str] = Counter(claims=len(claims), refused=len(result.verdicts) - len(claims))
    for claim in claims:
        kind = {"Observation": "values", "literal": "texts"}.get(claim.object_type, "relations")
        counts.update((f"kind {kind}", f"status {claim.status}"))
    account = result.account
    counts.update({f"number {name}": number for name, number in account.counts().items()})
    traces = make_traces(result.reading, claims, tools.across, tools.domain.data_base)
    packed = (zlib.compress(data, 1) for data in (lines, rows, traces, account.pack().encode()))
    return ReadArticle(result.article.id, len(rows), lines.count(b"\n"), counts, *packed)


# ---------------------------------------------------------------- many files
_tools: Tools | None = None


def read_parts(domain: Domain, tools: Tools, sources: Sequence[Source], workers: int) -> Iterator[list[Part]]:
    """Yield the parts of files, some at a time, in no order that matters."""
    if workers <= 1 or len(sources) < FEW:
        for source in sources:
            yield [read_part(tools, source)]
        return
    global _tools
    _tools = tools  # a forked process has it at once, and what is made of the rules when they are first needed
    rules = tools.extractor.rules
    _ = rules.index, rules.outline_index, rules.residual_index, rules.leftover_index
    try:
        size = max(1, min(BATCH, len(sources) // (4 * workers)))
        batches = [sources[at : at + size] for at in range(0, len(sources), size)]
        yield from run_jobs(_read_batch, batches, workers, partial(_start_reader, domain))
    finally:
        _tools = None


def _start_reader(domain: Domain) -> None:
    global _tools
    if _tools is None:
        _tools = load_tools(domain)


def _read_batch(batch: Sequence[Source]) -> list[Part]:
    if _tools is None:
        raise AssertionError("a worker without tools")
    return [read_part(_tools, source) for source in batch]


def run_jobs(
    function: Callable[[Job], Done], jobs: Iterable[Job], workers: int, start: Callable[[], None] = lambda: None
) -> Iterator[Done]:
    """Yield what a function gives for each job, worked on by processes; only a few wait at a time.

    Where the consumer stops early, or is interrupted, the jobs not begun are dropped and the processes end.
    Raises ``StoreError`` where a process was ended from outside, and whatever ``function`` raises.
    """
    forks = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if forks else "spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_process, initargs=(start, os.getpid()))
    waiting = iter(jobs)
    try:
        running: set[Future[Done]] = {pool.submit(function, job) for job in islice(waiting, 2 * workers)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                running |= {pool.submit(function, job) for job in islice(waiting, 1)}
                yield future.result()
    except BrokenProcessPool as error:
        raise StoreError(
            "a reading process was ended from outside, perhaps for want of memory",
            hint="build again with --workers 1; what was read is kept",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_process(start: Callable[[], None], parent: int) -> None:
    """Leave Ctrl-C to the parent, and end with it even where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()
    start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)

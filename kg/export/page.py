"""One self-contained HTML page: the network, each thing with its facts, and the words behind each fact.

It opens from disk, asks for nothing over a network, and says so in its Content-Security-Policy: only the
scripts and styles whose hashes it names may run. The data is JSON that no script executes; labels are
written as text. The libraries are those of ``kg/static/vendor``, pinned by hash.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import tomllib
from pathlib import Path
from string import Template

from kg.errors import ExportError
from kg.export.base import Target
from kg.export.page_data import make_data
from kg.export.source import Source

STATIC = Path(__file__).parent.parent / "static"
SCRIPTS = ("base.js", "article.js", "tables.js", "thing.js", "network.js", "search.js", "main.js")
"""Our own scripts, in the order they are joined."""
_MAP_LINE = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
MOST = 20_000


def write_page(source: Source, target: Target) -> None:
    """Write the page; raise ``ExportError`` where the network is too large for a browser."""
    network = source.drawn
    if len(network.nodes) > MOST:
        raise ExportError(
            f"a page of {len(network.nodes)} things is too much for a browser",
            where=str(target.path),
            hint="choose a part: --around NAME --hops 2, --class Park, --article ID",
        )
    data = make_data(source, target.losses)
    target.counts.update(things=len(data["nodes"]), facts=len(data["facts"]), articles=len(data["articles"]))
    with target.open() as stream:
        stream.write(make_page(json.dumps(data, ensure_ascii=False, allow_nan=False), data["title"]).encode())


def make_page(data: str, title: str) -> str:
    """Return the page around its data, a JSON text."""
    own = (_read("page", name) for name in SCRIPTS)
    script = "\n".join([*load_libraries(), '(() => {\n"use strict";', *own, "})();"])
    style = _read("page", "page.css")
    # A line end that is not LF would change the hash on its way through a parser.
    return Template(_read("page", "page.html")).substitute(
        title=html.escape(title or "Knowledge graph"),
        policy=html.escape(make_policy(script, style)),
        style=style,
        script=script,
        data=escape_json(data),
        licences=html.escape(_licences()),
    )


def make_policy(script: str, style: str) -> str:
    """Return a policy that allows this script and this style and nothing else, no connection at all."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, style)]
    return (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def escape_json(text: str) -> str:
    r"""Return JSON that cannot end its script element or be read as a comment in it.

    >>> escape_json('{"a": "</script><!--"}')
    '{"a": "\\u003c/script\\u003e\\u003c!--"}'
    """
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _read(*parts: str) -> str:
    return STATIC.joinpath(*parts).read_text(encoding="utf-8")


def load_manifest() -> list[dict[str, str]]:
    """Return the libraries of the page: file, name, version, licence, hash."""
    table: dict[str, list[dict[str, str]]] = tomllib.loads(_read("vendor", "manifest.toml"))
    return table["library"]


def load_libraries() -> list[str]:
    """Return the libraries' texts; raise ``ExportError`` where one is not what the manifest says."""
    texts = []
    for entry in load_manifest():
        data = (STATIC / "vendor" / entry["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise ExportError("not the file that its manifest names", where=entry["file"], hint="install kg again")
        texts.append(_MAP_LINE.sub("", data.decode("utf-8")).replace("\r\n", "\n").strip())
    return texts


def _licences() -> str:
    parts = []
    for entry in load_manifest():
        parts.append(f"{entry['name']} {entry['version']}\n\n{_read('vendor', entry['license_file']).strip()}")
    return "\n\n\n".join(parts)

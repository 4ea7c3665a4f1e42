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
from collections.abc import Sequence
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
    data = {**make_data(source, target.losses), **json.loads(_read("page", "zh.json"))}
    target.counts.update(things=len(data["nodes"]), facts=len(data["facts"]), articles=len(data["articles"]))
    with target.open() as stream:
        stream.write(make_page(json.dumps(data, ensure_ascii=False, allow_nan=False), data["title"]).encode())


def make_page(data: str, title: str) -> str:
    """Return the page around its data, a JSON text.

    Each library is a script of its own: where one fails (no WebGL), ours still run.
    """
    own = "\n".join(['(() => {\n"use strict";', *(_read("page", name) for name in SCRIPTS), "})();"])
    scripts = [*load_libraries(), own]
    style = _read("page", "page.css")
    return Template(_read("page", "page.html")).substitute(
        title=html.escape(title or "Knowledge graph"),
        policy=html.escape(make_policy(scripts, style)),
        style=style,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
        data=escape_json(data),
        licences=html.escape(_licences()),
    )


def make_policy(scripts: Sequence[str], style: str) -> str:
    """Return a policy that allows these scripts and this style and nothing else, no connection at all."""
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


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

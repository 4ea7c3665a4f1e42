"""Pieces of pages. Every text from outside passes ``esc``; links are made of paths of ours and quoted IRIs alone."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from kg.query import Parameter, Query
from kg.serve.negotiation import Format

Cell = Mapping[str, str]

MENU = (("/", "Questions"), ("/editor", "Editor"), ("/sparql?format=ttl", "Endpoint"), ("/.well-known/void", "Data"))
QUOTED = 1_500
"""Characters of a quote that a link to its place may hold."""


def esc(text: object) -> str:
    """Return a text as it may stand in a page or in an attribute.

    >>> esc('<b onclick="x">')
    '&lt;b onclick=&quot;x&quot;&gt;'
    """
    return html.escape(str(text), quote=True)


def page(title: str, body: str, *, scripts: Sequence[str] = (), styles: Sequence[str] = ()) -> bytes:
    """Return a whole page."""
    links = "".join(f'<link rel="stylesheet" href="/static/{esc(name)}">' for name in ("page.css", *styles))
    loads = "".join(f'<script src="/static/{esc(name)}" defer></script>' for name in scripts)
    menu = "".join(f'<a href="{esc(path)}">{esc(name)}</a>' for path, name in MENU)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{esc(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"{links}{loads}</head>"
        f'<body><a class="skip" href="#main">To the content</a><header><nav aria-label="Pages">{menu}</nav></header>'
        f'<main id="main">{body}</main></body></html>'
    ).encode("utf-8", "replace")


def page_link(iri: str) -> str:
    """Return the address of the page about an IRI."""
    return f"/page?iri={quote(iri, safe='')}"


def words_link(article: str, quoted: str) -> str:
    """Return the address of the place in an article where words stand."""
    return f"{page_link(article)}&quote={quote(quoted[:QUOTED], safe='')}#words"


def cell_html(cell: Cell, link: str = "") -> str:
    """Return a cell: a thing as a link to its page, a text with its direction kept to itself."""
    if cell["kind"] == "none":
        return ""
    text = f"<bdi>{esc(cell.get('name') or cell['value'])}</bdi>"
    if cell["kind"] == "thing":
        link = link or page_link(cell["value"])
    return f'<a href="{esc(link)}">{text}</a>' if link else text


def table_html(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as a table; a quote links to its words where the row says in which article they stand."""
    head = "".join(f'<th scope="col">{esc(name)}</th>' for name in columns)
    quoted = columns.index("quote") if "quote" in columns else -1
    source = columns.index("article") if "article" in columns else -1
    lines = []
    for row in rows:
        cells = []
        for place, cell in enumerate(row):
            link = ""
            if place == quoted and source >= 0 and row[source]["kind"] == "thing":
                link = words_link(row[source]["value"], cell["value"])
            kind = f' class="{cell["kind"]}"' if cell["kind"] in ("number", "none") else ""
            kind = ' class="quote"' if place == quoted else kind
            cells.append(f"<td{kind}>{cell_html(cell, link)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def question_form(query: Query, values: Mapping[str, str]) -> str:
    """Return the form of a question: a field for each parameter, of its type, with its default."""
    fields = "".join(_field(parameter, values) for parameter in query.parameters)
    return (
        f'<form action="/questions/{esc(quote(query.name))}" method="get">'
        f'{fields}<button type="submit">Ask</button></form>'
    )


def _field(parameter: Parameter, values: Mapping[str, str]) -> str:
    value = values.get(parameter.name, parameter.default or "")
    kinds = {
        "integer": r'inputmode="numeric" pattern="[+\-]?[0-9]+"',
        "decimal": r'inputmode="decimal" pattern="[+\-]?[0-9]*\.?[0-9]*"',
        "date": 'type="date"',
        "thing": 'list="names"',
    }
    need = "" if parameter.default is not None else " required"
    hint = " <small>(* = any)</small>" if parameter.type in ("thing", "iri") else ""
    return (
        f"<label><span>{esc(parameter.name.replace('_', ' '))} <small>{esc(parameter.type)}</small>{hint}</span>"
        f'<input name="{esc(parameter.name)}" value="{esc(value)}" maxlength="2000"'
        f" {kinds.get(parameter.type, '')}{need}></label>"
    )


def names_list(names: Iterable[str]) -> str:
    """Return the names that fields for things offer."""
    options = "".join(f'<option value="{esc(name)}">' for name in names)
    return f'<datalist id="names">{options}</datalist>'


def make_address(path: str, values: Mapping[str, str], view: str = "") -> str:
    """Return the address of an answer, as a link that can be shared.

    >>> make_address("/questions/targets", {"district": "Pinggu"}, "chart")
    '/questions/targets?district=Pinggu&view=chart'
    """
    pairs = {**values, "view": view} if view else values
    return f"{path}?{urlencode(pairs)}" if pairs else path


def view_links(path: str, values: Mapping[str, str], views: Sequence[str], chosen: str) -> str:
    """Return links to the other ways to see an answer; none where there is one way only."""
    if len(views) < 2:
        return ""
    links = ""
    for view in views:
        here = ' aria-current="page"' if view == (chosen or "table") else ""
        target = make_address(path, values, "" if view == "table" else view)
        links += f'<a href="{esc(target)}"{here}>{esc(view.capitalize())}</a> '
    return f'<nav class="views" aria-label="Ways to see the answer">{links}</nav>'


def downloads(path: str, values: Mapping[str, str], formats: Iterable[Format]) -> str:
    """Return links to an answer in every format."""
    links = ""
    for item in formats:
        target = f"{path}?{urlencode({**values, 'format': item.name})}"
        links += f'<a href="{esc(target)}" download>{esc(item.title)}</a> '
    return f'<p class="downloads">Download: {links}</p>'


def error_html(what: str, hint: str, line: int, column: int, text: str = "") -> str:
    """Return an error; where its place in a text is known, with the line and a mark under the column."""
    place = f"Line {line}, column {column}: " if line else ""
    shown = ""
    lines = text.splitlines()
    if 0 < line <= len(lines):
        shown = f"<pre>{esc(lines[line - 1][:400])}\n{' ' * min(column - 1, 400)}^</pre>"
    more = f" <small>{esc(hint)}</small>" if hint else ""
    return f'<div class="error" role="alert"><p>{place}{esc(what)}.{more}</p>{shown}</div>'


def pairs_html(pairs: Iterable[Sequence[Cell]]) -> str:
    """Return pairs of a property and a value as a list."""
    items = "".join(f"<dt>{cell_html(name)}</dt><dd>{cell_html(value)}</dd>" for name, value in pairs)
    return f"<dl>{items}</dl>"


def claims_html(claims: Iterable[Mapping[str, Any]]) -> str:
    """Return claims as a table: what is said, how sure it is, and a link to the words."""
    rows = []
    for claim in claims:
        link = f"{page_link(claim['article'])}&start={claim['start']}&end={claim['end']}#words"
        rows.append(
            f"<tr><td>{cell_html(claim['subject'])}</td><td>{cell_html(claim['predicate'])}</td>"
            f"<td>{cell_html(claim['object'])}</td><td>{cell_html(claim['status'])}</td>"
            f'<td><a href="{esc(link)}"><q><bdi>{esc(claim["quote"])}</bdi></q></a></td></tr>'
        )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("subject", "says", "object", "status", "words"))
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def article_html(text: str, start: int, end: int) -> str:
    """Return the text of an article with the words from ``start`` to ``end`` marked."""
    if not 0 <= start < end <= len(text):
        return f'<div class="article">{esc(text)}</div>'
    marked = f'<mark id="words">{esc(text[start:end])}</mark>'
    return f'<div class="article">{esc(text[:start])}{marked}{esc(text[end:])}</div>'

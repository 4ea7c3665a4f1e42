"use strict";
// The editor: YASGUI's Yasqe for the text; what comes back is written into the page as text only.
(() => {
  const FORMATS = { rows: ["json", "xml", "csv", "tsv"], triples: ["ttl", "nt", "nq", "trig", "jsonld", "rdf"] };
  const START = "SELECT DISTINCT ?park ?place\nWHERE {\n  ?park a rd:Park ;\n    rd:within|rd:locatedIn ?place .\n}\nLIMIT 100";
  const SHOWN = 1000;
  const at = (id) => document.getElementById(id);
  const make = (name, text, attributes = {}) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  let prefixes = {};
  let terms = {};
  let marks = [];

  const shorten = (iri) => {
    let best = "";
    let short = iri;
    for (const [name, base] of Object.entries(prefixes)) {
      const local = iri.slice(base.length);
      if (iri.startsWith(base) && base.length > best.length && /^[\w][\w-]*$/.test(local)) {
        best = base;
        short = `${name}:${local}`;
      }
    }
    return short;
  };

  // ------------------------------------------------------------ completion of prefixes and terms
  const complete = (editor) => {
    const cursor = editor.getCursor();
    const before = editor.getLine(cursor.line).slice(0, cursor.ch);
    const word = /[\w:.-]*$/.exec(before)[0];
    const wanted = word.toLowerCase();
    const list = [];
    for (const [iri, label] of Object.entries(terms)) {
      const short = shorten(iri);
      const local = short.slice(short.indexOf(":") + 1).toLowerCase();
      if (short.toLowerCase().startsWith(wanted) || local.startsWith(wanted) || label.toLowerCase().startsWith(wanted)) {
        list.push({ text: short === iri ? `<${iri}>` : short, displayText: label ? `${short}  ${label}` : short });
      }
    }
    for (const name of Object.keys(prefixes)) if (`${name}:`.startsWith(wanted)) list.push({ text: `${name}:` });
    list.sort((a, b) => (a.text < b.text ? -1 : 1));
    return { list: list.slice(0, 60), from: { line: cursor.line, ch: cursor.ch - word.length }, to: cursor };
  };

  // ------------------------------------------------------------ answers
  const cell = (term) => {
    const node = make("td");
    if (!term) return node;
    const text = make("bdi", term.type === "uri" ? shorten(term.value) : term.value);
    if (term.type === "uri") {
      const link = make("a", undefined, { href: `/page?iri=${encodeURIComponent(term.value)}`, title: term.value });
      link.append(text);
      node.append(link);
    } else node.append(text);
    if (/#(integer|decimal|double)$/.test(term.datatype || "")) node.className = "number";
    return node;
  };

  const showRows = (answer) => {
    if ("boolean" in answer) return make("p", answer.boolean ? "Yes." : "No.");
    const table = make("table");
    const head = table.createTHead().insertRow();
    for (const name of answer.head.vars) head.append(make("th", name, { scope: "col" }));
    const body = table.createTBody();
    const rows = answer.results.bindings;
    for (const row of rows.slice(0, SHOWN)) {
      const line = body.insertRow();
      for (const name of answer.head.vars) line.append(cell(row[name]));
    }
    const box = make("div", undefined, { class: "scroll" });
    const more = rows.length > SHOWN ? `, the first ${SHOWN} are shown` : "";
    box.append(make("p", `${rows.length} ${rows.length === 1 ? "row" : "rows"}${more}`, { class: "count" }), table);
    return box;
  };

  const showDownloads = (text, names) => {
    at("downloads").replaceChildren("Download: ");
    for (const name of names) {
      const address = `/sparql?query=${encodeURIComponent(text)}&format=${name}`;
      at("downloads").append(make("a", name, { href: address, download: "" }));
    }
  };

  const showError = (editor, error) => {
    const box = make("div", undefined, { class: "error" });
    const place = error.line ? `Line ${error.line}, column ${error.column}: ` : "";
    box.append(make("p", `${place}${error.error}${error.hint ? ` (${error.hint})` : ""}`));
    at("error").replaceChildren(box);
    if (error.line) {
      const from = { line: error.line - 1, ch: Math.max(error.column - 2, 0) };
      marks.push(editor.getDoc().markText(from, { line: error.line - 1, ch: error.column + 1 }, { className: "wrong" }));
      editor.setCursor({ line: error.line - 1, ch: error.column - 1 });
      editor.focus();
    }
  };

  const address = (text) => `/editor?query=${encodeURIComponent(text)}`;

  const run = async (editor) => {
    const text = editor.getValue();
    history.replaceState(null, "", address(text));
    for (const mark of marks.splice(0)) mark.clear();
    at("error").replaceChildren();
    at("downloads").replaceChildren();
    at("answer").replaceChildren(make("p", "Asking …"));
    try {
      const response = await fetch("/sparql", {
        method: "POST",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Accept: "application/sparql-results+json, text/turtle;q=0.9, application/problem+json;q=0.1",
        },
        body: new URLSearchParams({ query: text }),
      });
      const kind = response.headers.get("content-type") || "";
      at("answer").replaceChildren();
      if (!response.ok) showError(editor, await response.json());
      else if (kind.startsWith("text/turtle")) {
        at("answer").append(make("pre", await response.text()));
        showDownloads(text, FORMATS.triples);
      } else {
        at("answer").append(showRows(await response.json()));
        showDownloads(text, FORMATS.rows);
      }
    } catch {
      at("answer").replaceChildren();
      showError(editor, { error: "the server did not answer" });
    }
  };

  const start = async () => {
    const given = new URLSearchParams(location.search).get("query");
    const editor = new Yasqe(at("editor"), {
      value: given || START,
      persistenceId: null,
      consumeShareLink: null,
      createShareableLink: () => "",
      createShortLink: undefined,
      showQueryButton: false,
      resizeable: false,
      autocompleters: [],
      prefixCcApi: null,
      syntaxErrorCheck: false,
      collapsePrefixesOnLoad: false,
    });
    editor.setValue(given || START);
    editor.setOption("extraKeys", {
      "Ctrl-Enter": () => run(editor),
      "Cmd-Enter": () => run(editor),
      "Ctrl-Space": () => editor.showHint({ hint: complete, completeSingle: false }),
      Tab: false,
      "Shift-Tab": false,
    });
    at("run").addEventListener("click", () => run(editor));
    at("share").addEventListener("click", async () => {
      const link = location.origin + address(editor.getValue());
      history.replaceState(null, "", link);
      try {
        await navigator.clipboard.writeText(link);
        at("said").textContent = "The link is copied.";
      } catch {
        at("said").textContent = "The link is in the address bar.";
      }
    });
    const known = await (await fetch("/terms.json")).json();
    prefixes = known.prefixes;
    terms = known.terms;
    document.body.dataset.ready = "yes";
    if (given) run(editor);
  };
  start();
})();

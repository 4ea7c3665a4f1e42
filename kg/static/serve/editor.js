"use strict";
// The editor: YASGUI's Yasqe for the text; what comes back is written into the page as text only.
(() => {
  const FORMATS = { rows: ["json", "xml", "csv", "tsv"], triples: ["ttl", "nt", "nq", "trig", "jsonld", "rdf"] };
  const START = "SELECT DISTINCT ?park ?place\nWHERE {\n  ?park a rd:Park ;\n    rd:within|rd:locatedIn ?place .\n}\nLIMIT 100";
  const SHOWN = 1000;
  const NAMED = 300;
  const NO_ANSWER = { error: "the server did not answer" };
  const NUMBER = /#(integer|decimal|double|float)$/;
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

  const makeError = (error) => {
    const box = make("div", undefined, { class: "error" });
    const place = error.line ? `Line ${error.line}, column ${error.column}: ` : "";
    box.append(make("p", `${place}${error.error}${error.hint ? ` (${error.hint})` : ""}`));
    return box;
  };

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
    if (NUMBER.test(term.datatype || "")) node.className = "number";
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
    // The default graph has a triple once for each graph that says it.
    const apart = new Set(rows.map((row) => JSON.stringify(answer.head.vars.map((name) => row[name])))).size;
    const again = apart < rows.length ? `, ${apart} of them different (SELECT DISTINCT gives each once)` : "";
    const count = `${rows.length} ${rows.length === 1 ? "row" : "rows"}${more}${again}`;
    box.append(make("p", count, { class: "count" }), table);
    return box;
  };

  // What an answer can be seen as: the table, and what the server draws of the same query.
  const NOT_THINGS = new Set(["article", "unit", "status", "qualifier", "predicate", "property", "relation"]);
  const listViews = (answer) => {
    const rows = answer.results ? answer.results.bindings.slice(0, SHOWN) : [];
    const views = ["table"];
    const cells = (row) => answer.head.vars.map((name) => [name, row[name]]).filter(([, term]) => term);
    const isThing = ([name, term]) => term.type === "uri" && !NOT_THINGS.has(name);
    if (rows.some((row) => cells(row).some(([, term]) => NUMBER.test(term.datatype || "")))) views.push("chart");
    if (rows.some((row) => cells(row).filter(isThing).length > 1)) views.push("network");
    return views;
  };

  // By POST, as the query itself is asked: what is too long for an address, which proxies cut off, can be drawn too.
  const draw = async (text, view) => {
    const response = await fetch("/picture", {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Accept: "image/svg+xml, application/problem+json;q=0.1",
      },
      body: new URLSearchParams({ query: text, format: view }),
    });
    if (!response.ok) return makeError(await response.json());
    // Drawn by the server alone, every text in it escaped; the policy of the page lets no script of it run.
    const drawn = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
    return document.importNode(drawn.documentElement, true);
  };

  const showViews = (text, views, table) => {
    const box = make("div");
    box.append(table);
    if (views.length < 2) return box;
    let clicks = 0;
    const bar = make("nav", undefined, { class: "views", "aria-label": "Ways to see the answer" });
    for (const view of views) {
      const pressed = view === "table" ? "true" : "false";
      const button = make("button", view[0].toUpperCase() + view.slice(1), { type: "button", "aria-pressed": pressed });
      button.addEventListener("click", async () => {
        const click = ++clicks;
        const shown = view === "table" ? table : await draw(text, view).catch(() => makeError(NO_ANSWER));
        if (click !== clicks) return; // another view was chosen while this one was drawn
        for (const other of bar.children) other.setAttribute("aria-pressed", String(other === button));
        box.lastChild.replaceWith(shown);
      });
      bar.append(button);
    }
    box.prepend(bar);
    return box;
  };

  // Names of the things of an answer, asked for once the rows stand; an IRI stays where there is none.
  const nameThings = async (box, signal) => {
    const links = [...box.querySelectorAll("td a[title]")];
    const iris = [...new Set(links.map((link) => link.title))].filter((iri) => !/[<>"{}|^`\\\s]/.test(iri)).slice(0, NAMED);
    if (!iris.length) return;
    const values = iris.map((iri) => `<${iri}>`).join(" ");
    const label = "http://www.w3.org/2000/01/rdf-schema#label";
    const pref = "http://www.w3.org/2004/02/skos/core#prefLabel";
    const query = `SELECT ?s ?name WHERE { VALUES ?s { ${values} } ?s <${label}>|<${pref}> ?name }`;
    const response = await fetch("/sparql", {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/sparql-results+json" },
      body: new URLSearchParams({ query }),
      signal,
    });
    if (!response.ok) return;
    const names = new Map();
    const rank = (term) => (term["xml:lang"] === "en" ? "0" : term["xml:lang"] ? "2" : "1") + term.value;
    for (const { s: thing, name } of (await response.json()).results.bindings) {
      const known = names.get(thing.value);
      if (!known || rank(name) < rank(known)) names.set(thing.value, name);
    }
    for (const link of links) {
      const name = names.get(link.title);
      if (name) link.firstChild.textContent = name.value;
    }
  };

  const showDownloads = (text, names) => {
    at("downloads").replaceChildren("Download: ");
    for (const name of names) {
      const address = `/sparql?query=${encodeURIComponent(text)}&format=${name}`;
      at("downloads").append(make("a", name, { href: address, download: "" }));
    }
  };

  const showError = (editor, error) => {
    at("error").replaceChildren(makeError(error));
    if (error.line) {
      const from = { line: error.line - 1, ch: Math.max(error.column - 2, 0) };
      marks.push(editor.getDoc().markText(from, { line: error.line - 1, ch: error.column + 1 }, { className: "wrong" }));
      editor.setCursor({ line: error.line - 1, ch: error.column - 1 });
      editor.focus();
    }
  };

  const address = (text) => `/editor?query=${encodeURIComponent(text)}`;

  // One question at a time: an earlier one is given up, so that its worker is free and its answer stands nowhere.
  let asking = new AbortController();

  const run = async (editor) => {
    asking.abort();
    const { signal } = (asking = new AbortController());
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
        signal,
      });
      const triples = (response.headers.get("content-type") || "").startsWith("text/turtle");
      const answer = await (triples ? response.text() : response.json());
      if (signal.aborted) return;
      at("answer").replaceChildren();
      if (!response.ok) showError(editor, answer);
      else if (triples) {
        at("answer").append(showViews(text, ["table", "network"], make("pre", answer)));
        showDownloads(text, FORMATS.triples);
      } else {
        const rows = showRows(answer);
        at("answer").append(showViews(text, listViews(answer), rows));
        showDownloads(text, FORMATS.rows);
        await nameThings(rows, signal).catch(() => {}); // the rows stand without
      }
    } catch {
      if (signal.aborted) return;
      at("answer").replaceChildren();
      showError(editor, NO_ANSWER);
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
    try {
      ({ prefixes, terms } = await (await fetch("/terms.json")).json());
    } catch {
      at("said").textContent = "The terms did not come: nothing is completed, and no IRI is shortened.";
    }
    document.body.dataset.ready = "yes";
    if (given) run(editor);
  };
  start();
})();

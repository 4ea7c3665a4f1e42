// Tables that sort by any column, and the tables of facts.

// columns: {title, cell(row) -> Node, key(row) -> string or number, number: true for numbers}
function sortable(caption, offered, rows, areFacts) {
  const columns = offered.filter((column) => rows.some((row) => column.key(row) !== ""));
  const body = make("tbody", { role: "rowgroup" });
  const headers = columns.map((column, index) => {
    const button = make("button", { type: "button", click: () => sortBy(index) }, word(column.title));
    return make("th", { scope: "col", role: "columnheader", "aria-sort": "none" }, button);
  });
  // On a narrow screen the rows of a wide table stand as cards, which leaves it a table by its roles alone.
  const head = make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...headers));
  const table = make("table", { role: "table", class: columns.length > 3 && "wide" }, make("caption", { class: "hidden" }, caption), head, body);
  let ordered = rows.slice();
  fill();
  return make("div", { class: "scroll" }, table);

  function fill() {
    body.replaceChildren(...ordered.map((row) => rowOf(columns, row, areFacts)));
    if (areFacts) chooseRow(state.fact);
  }

  function sortBy(index) {
    const up = headers[index].getAttribute("aria-sort") !== "ascending";
    headers.forEach((header, place) => {
      header.setAttribute("aria-sort", place !== index ? "none" : up ? "ascending" : "descending");
    });
    const { key } = columns[index];
    ordered = rows.slice().sort((a, b) => compare(key(a), key(b), up));
    fill();
    say(word(up ? "Sorted by {0}, rising" : "Sorted by {0}, falling", word(columns[index].title)));
  }
}

// What is missing comes last in both directions.
function compare(a, b, up) {
  const missing = (value) => value === "" || value === undefined || Number.isNaN(value);
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  const order = typeof a === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang);
  return up ? order : -order;
}

function rowOf(columns, row, areFacts) {
  const kind = (column) => (column.number ? "number" : column === COLUMNS.words && "words");
  const cells = columns.map((column) => make("td", { role: "cell", class: kind(column), "data-title": word(column.title) }, make("div", {}, column.cell(row))));
  return make("tr", { role: "row", "data-fact": areFacts ? row : undefined }, ...cells);
}

function chooseRow(index) {
  for (const row of document.querySelectorAll("#panel tr[data-fact]")) {
    row.classList.toggle("chosen", row.dataset.fact === String(index));
  }
}

function period(fact) {
  const bounds = [...new Set([fact.period_start, fact.period_end].filter(Boolean))].join(" – ");
  return [fact.period, bounds && bounds !== fact.period ? `(${bounds})` : ""].filter(Boolean).join(" ");
}

function wordsButton(index) {
  const short = shorten(quoteOf(facts[index]), 60);
  const click = () => {
    showQuote(index, true);
    chooseRow(index);
  };
  return make("button", { type: "button", class: "link", title: word("Show these words in the article"), click }, make("bdi", {}, `“${short}”`));
}

const COLUMNS = {
  subject: { title: "Thing", cell: (i) => thingLink(facts[i].s), key: (i) => nameOf(nodes[facts[i].s]) },
  relation: { title: "What", cell: (i) => namedPredicate(facts[i].p), key: (i) => nameOf(predicates[facts[i].p]) },
  said: { title: "Says", cell: (i) => saidBy(facts[i]), key: (i) => saidBy(facts[i]).textContent },
  value: { title: "Value", number: true, cell: (i) => valueCell(facts[i]), key: (i) => (facts[i].value ? Number(facts[i].value) : "") },
  when: { title: "When", cell: (i) => make("bdi", {}, period(facts[i])), key: (i) => facts[i].period_end || facts[i].period || "" },
  standing: { title: "Status", cell: (i) => standing(facts[i]), key: (i) => term(facts[i].status) },
  article: { title: "Article", cell: (i) => make("bdi", {}, shorten(articles[facts[i].a].title || articles[facts[i].a].id, 40)), key: (i) => (articles.length > 1 ? articles[facts[i].a].id : "") },
  words: { title: "Words", cell: wordsButton, key: (i) => articles[facts[i].a].id + String(facts[i].from).padStart(9, "0") },
};

function factTable(indexes, caption, withSubject) {
  const names = ["relation", "said", "when", "standing", "words", "article"];
  return sortable(caption, (withSubject ? ["subject", ...names] : names).map((name) => COLUMNS[name]), indexes, true);
}

function valueTable(indexes, caption) {
  return sortable(caption, ["relation", "value", "when", "standing", "words", "article"].map((name) => COLUMNS[name]), indexes, true);
}

function valueCell(fact) {
  return make("div", {}, saidBy(fact), fact.value && fact.value_before ? drawChange(fact) : "");
}

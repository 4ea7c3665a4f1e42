// The article beside the facts: every stretch of text that a fact rests on can be chosen, and so can every
// number that none rests on.
const RANK = ["stated", "missing", "kept", "implied"];
const FATES = { used: "used", unused: "not used", rejected: "rejected" };
const MARKS = { stated: "stated", missing: "number missing", kept: "kept apart", implied: "implied by a rule" };
const KINDS = ["facts", "numbers", "refused", "silent"];

// All that has a place in the text, as [from, to, kind, index].
function placesOf(index) {
  const article = articles[index];
  const places = within[index].map((fact) => [facts[fact].from, facts[fact].to, "facts", fact]);
  for (const kind of KINDS.slice(1)) (article[kind] || []).forEach((entry, number) => places.push([entry[0], entry[1], kind, number]));
  return places;
}

// Cuts a text where anything starts or ends; a piece knows what it is part of, by kind.
function cutText(text, places) {
  const starts = new Map();
  const cuts = new Set([0, text.length]);
  for (const place of places) {
    cuts.add(place[0]).add(place[1]);
    if (!starts.has(place[0])) starts.set(place[0], []);
    starts.get(place[0]).push(place);
  }
  const edges = [...cuts].sort((a, b) => a - b);
  let open = [];
  return edges.slice(0, -1).map((from, step) => {
    open = open.filter((place) => place[1] > from).concat(starts.get(from) || []);
    const piece = { text: text.slice(from, edges[step + 1]), from };
    for (const kind of KINDS) piece[kind] = open.filter((place) => place[2] === kind).map((place) => place[3]);
    return piece;
  });
}

function showArticle(index) {
  if (index < 0 || index === state.article) return;
  drawArticle(index);
}

function drawArticle(index) {
  state.article = index;
  byId("article").value = String(index);
  const article = articles[index];
  const meta = [article.date, article.url].filter(Boolean).join(" · ");
  const body = make("div", { lang: article.lang || undefined });
  for (const piece of cutText(article.text, placesOf(index))) body.append(pieceOf(piece, article));
  byId("text").replaceChildren(
    make("h2", { lang: article.lang || undefined }, make("bdi", {}, article.title || article.id)),
    meta ? make("p", { class: "meta" }, meta) : "",
    body,
  );
  drawReckoning(index);
}

function pieceOf(piece, article) {
  const { facts: here, numbers, refused, silent } = piece;
  const number = numbers.length ? article.numbers[numbers[0]] : null;
  const names = [];
  const notes = [];
  if (here.length) {
    const marks = here.map((index) => markOf(facts[index]));
    const mark = RANK.find((name) => marks.includes(name));
    names.push("q", mark);
    notes.push(`${counted(here.length, "{0} fact", "{0} facts")}, ${word(MARKS[mark])}`);
  }
  if (number) {
    names.push("num", number[2]);
    notes.push(numberFate(number));
  }
  if (refused.length) {
    names.push("refused");
    notes.push(word("{0} refused", refused.length));
  }
  if (!here.length && !refused.length && (!number || number[2] === "used")) {
    const why = silent.length ? article.silent[silent[0]][2] : "";
    return make("span", { class: "unused", title: why ? word("Nothing was taken from this sentence: {0}", reason(why)) : undefined }, piece.text);
  }
  const places = { class: names.join(" "), "data-facts": here.join(" "), "data-from": piece.from };
  // White space between two marks has no name that could be read out: it is marked, and no button.
  if (!piece.text.trim()) return make("span", places, piece.text);
  const element = make("span", { ...places, tabindex: "0", role: "button", "aria-description": notes.join("; ") }, piece.text);
  element.addEventListener("click", () => showWords(piece));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      showWords(piece);
    }
  });
  return element;
}

function numberFate(number) {
  return word({ used: "Number used", unused: "Number not used", rejected: "Number rejected" }[number[2]]);
}

// Why something was left out, in the language chosen: a fixed text, or one with places for what it speaks of.
function reason(text) {
  if (state.language !== "zh") return text;
  if (reasons[text]) return reasons[text];
  for (const [pattern, said, isSplit] of REASONS) {
    const found = text.match(pattern);
    // Before a colon stands the part of a claim that failed; any other text with a colon is no reason of ours.
    if (found && !(isSplit && !reasons[found[1]])) return said.replace(/\{(\d)\}/g, (_, place) => reason(found[Number(place) + 1]));
  }
  return terms[text] ? nameInOne(terms[text]) : text;
}

const REASONS = Object.entries(reasons).filter(([english]) => english.includes("{")).map(([english, said]) => {
  const parts = english.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return [new RegExp(`^${parts.join("(.*?)")}$`, "su"), said, english.startsWith("{0}: ")];
});

function clearWords() {
  for (const old of document.querySelectorAll("#text .active")) old.classList.remove("active");
}

// Marks the pieces of the article shown that a test picks, and brings the first into view.
function markWords(picks, focus) {
  clearWords();
  const found = [...byId("text").querySelectorAll("[data-from]")].filter(picks);
  for (const piece of found) piece.classList.add("active");
  if (!found.length) return;
  found[0].scrollIntoView({ block: "center" });
  if (focus) found.find((piece) => piece.tabIndex === 0)?.focus({ preventScroll: true });
}

// Marks the words that a fact rests on and brings them into view.
function showQuote(index, focus) {
  state.fact = index;
  showArticle(facts[index].a);
  markWords((piece) => piece.dataset.facts.split(" ").includes(String(index)), focus);
  say(word("Words: {0}", quoteOf(facts[index])));
}

// Shows what became of the words chosen: the facts that rest on them, and why a number or a claim was left out.
function showWords(piece) {
  const article = articles[state.article];
  const number = piece.numbers.length ? article.numbers[piece.numbers[0]] : null;
  const used = number ? number[4].filter((index) => piece.facts.includes(index)) : [];
  const ordered = [...used, ...piece.facts.filter((index) => !used.includes(index))];
  const parts = [];
  state.fact = -1;
  state.panel = () => showWords(piece);
  if (number && number[2] !== "used") parts.push(...describeNumber(number, article));
  if (ordered.length) {
    const first = used[0] ?? ordered[ordered.length - 1];
    parts.push(...describeFacts(ordered, first));
    chooseNode(facts[first].s);
  } else markWords((element) => Number(element.dataset.from) === piece.from, false);
  if (piece.refused.length) {
    parts.push(make("h3", {}, word("Refused: the words do not bear it out")), refusedTable(piece.refused.map((place) => article.refused[place])));
  }
  byId("panel").replaceChildren(...parts);
  byId("panel").scrollTop = 0;
  revealOnSmall();
  chooseRow(state.fact);
  say(number && number[2] !== "used" ? `${numberFate(number)}: ${reason(number[3])}` : counted(ordered.length, "{0} fact rests on these words", "{0} facts rest on these words"));
}

function describeFacts(indexes, first) {
  showQuote(first, false);
  const things = [...new Set(indexes.map((index) => facts[index].s))];
  return [
    make("h2", {}, word("Facts from these words")),
    make("blockquote", {}, make("bdi", {}, quoteOf(facts[first]))),
    factTable(indexes, word("Facts from these words"), true),
    make("p", { class: "kind" }, word("About:"), " ", ...things.flatMap((thing) => [thingLink(thing), " "])),
  ];
}

function describeNumber(number, article) {
  const before = article.text.slice(Math.max(0, number[0] - 60), number[0]);
  const after = article.text.slice(number[1], number[1] + 60);
  const words = make("bdi", {}, "…", before, make("mark", { class: `num ${number[2]}` }, article.text.slice(number[0], number[1])), after, "…");
  return [
    make("h2", {}, numberFate(number)),
    make("blockquote", {}, words),
    make("p", {}, make("span", { class: `tag ${number[2]}` }, word(FATES[number[2]])), " ", make("bdi", { class: "why" }, reason(number[3]))),
  ];
}

function refusedTable(rows) {
  return sortable(word("Claims refused"), [
    { title: "Would say", cell: (row) => make("bdi", {}, row[2]), key: (row) => row[2] },
    { title: "Why refused", cell: (row) => make("bdi", { class: "why" }, reason(row[3])), key: (row) => row[3] },
    { title: "Rule", cell: (row) => make("bdi", {}, row[4]), key: (row) => row[4] },
  ], rows);
}

// The reckoning above the text: how many numbers there are and what became of them.
function drawReckoning(index) {
  const { numbers, refused } = articles[index];
  const button = byId("reckoning");
  button.hidden = !numbers;
  if (!numbers) return;
  const count = (fate) => numbers.filter((number) => number[2] === fate).length;
  button.textContent = counted(numbers.length, "{0} number: {1} used, {2} not used, {3} rejected", "{0} numbers: {1} used, {2} not used, {3} rejected",
    count("used"), count("unused"), count("rejected")) + (refused.length ? ` · ${counted(refused.length, "{0} claim refused", "{0} claims refused")}` : "");
}

function showReckoning() {
  const article = articles[state.article];
  const bring = (row) => markWords((element) => Number(element.dataset.from) >= row[0] && Number(element.dataset.from) < row[1], true);
  const link = (row, most) => make("button", { type: "button", class: "link", click: () => bring(row) }, make("bdi", {}, shorten(article.text.slice(row[0], row[1]), most)));
  const fate = (row) => make("span", { class: `tag ${row[2]}` }, word(FATES[row[2]]));
  const why = (row) => (row[2] === "used" ? counted(row[4].length, "{0} fact", "{0} facts") : reason(row[3]));
  const parts = [
    make("h2", {}, word("What became of this article's numbers")),
    sortable(word("Numbers of the article"), [
      { title: "Number", cell: (row) => link(row, 60), key: (row) => row[0] },
      { title: "Became", cell: fate, key: (row) => word(FATES[row[2]]) },
      { title: "Why", cell: (row) => make("bdi", { class: "why" }, why(row)), key: why },
    ], article.numbers),
  ];
  if (article.refused.length) parts.push(make("h3", {}, word("Claims refused")), refusedTable(article.refused));
  if (article.silent.length) {
    parts.push(make("h3", {}, word("Sentences that gave nothing")), sortable(word("Sentences that gave nothing"), [
      { title: "Sentence", cell: (row) => make("bdi", {}, shorten(article.text.slice(row[0], row[1]), 160)), key: (row) => row[0] },
      { title: "Why", cell: (row) => make("bdi", { class: "why" }, reason(row[2])), key: (row) => row[2] },
    ], article.silent));
  }
  state.fact = -1;
  state.panel = showReckoning;
  byId("panel").replaceChildren(...parts);
  byId("panel").scrollTop = 0;
  revealOnSmall();
  byId("panel").focus({ preventScroll: true });
  say(byId("reckoning").textContent);
}

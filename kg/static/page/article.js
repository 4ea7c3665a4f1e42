// The article beside the facts: every stretch of text that a fact rests on can be chosen.
const RANK = ["stated", "missing", "kept", "implied"];

// Cuts a text at every start and end of a quote; a piece knows the facts that rest on it.
function cutText(text, indexes) {
  const starts = new Map();
  const cuts = new Set([0, text.length]);
  for (const index of indexes) {
    const { from, to } = facts[index];
    cuts.add(from).add(to);
    if (!starts.has(from)) starts.set(from, []);
    starts.get(from).push(index);
  }
  const places = [...cuts].sort((a, b) => a - b);
  let open = [];
  return places.slice(0, -1).map((from, place) => {
    open = open.filter((index) => facts[index].to > from).concat(starts.get(from) || []);
    return { text: text.slice(from, places[place + 1]), facts: open };
  });
}

function showArticle(index) {
  if (index < 0 || index === state.article) return;
  state.article = index;
  byId("article").value = String(index);
  const article = articles[index];
  const meta = [article.date, article.url].filter(Boolean).join(" · ");
  const body = make("div", {});
  for (const piece of cutText(article.text, within[index])) body.append(pieceOf(piece));
  byId("text").replaceChildren(
    make("h2", {}, make("bdi", {}, article.title || article.id)),
    meta ? make("p", { class: "meta" }, meta) : "",
    body,
  );
}

function pieceOf(piece) {
  if (!piece.facts.length) return make("span", { class: "unused" }, piece.text);
  const marks = piece.facts.map((index) => markOf(facts[index]));
  const mark = RANK.find((name) => marks.includes(name));
  const count = piece.facts.length;
  const element = make(
    "span",
    { class: `q ${mark}`, tabindex: "0", role: "button", "data-facts": piece.facts.join(" "),
      "aria-description": `${count} ${count === 1 ? "fact" : "facts"}, ${mark}` },
    piece.text,
  );
  element.addEventListener("click", () => showWords(piece.facts));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      showWords(piece.facts);
    }
  });
  return element;
}

function clearWords() {
  for (const old of document.querySelectorAll(".q.active")) old.classList.remove("active");
}

// Marks the words that a fact rests on and brings them into view.
function showQuote(index, focus) {
  const fact = facts[index];
  state.fact = index;
  showArticle(fact.a);
  clearWords();
  const found = [...byId("text").querySelectorAll(".q")].filter((piece) =>
    piece.dataset.facts.split(" ").includes(String(index)),
  );
  for (const piece of found) piece.classList.add("active");
  if (found.length) {
    found[0].scrollIntoView({ block: "center" });
    if (focus) found[0].focus({ preventScroll: true });
  }
  say(`Words: ${quoteOf(fact)}`);
}

// Shows the facts that rest on the words chosen.
function showWords(indexes) {
  clearWords();
  showQuote(indexes[indexes.length - 1], false);
  const things = [...new Set(indexes.map((index) => facts[index].s))];
  const quote = quoteOf(facts[indexes[indexes.length - 1]]);
  byId("panel").replaceChildren(
    make("h2", {}, "Facts from these words"),
    make("blockquote", {}, make("bdi", {}, quote)),
    factTable(indexes, "Facts from these words", true),
    make("p", { class: "kind" }, "About: ", ...things.flatMap((thing) => [thingLink(thing), " "])),
  );
  chooseRow(state.fact);
  say(`${indexes.length} facts rest on these words`);
}

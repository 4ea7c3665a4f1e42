// Ties the parts together.
function redraw() {
  drawLegend();
  if (drawing) drawing.refresh();
  state.panel();
}

// What is seen first: the things with most facts, so that all can be reached without the drawing.
function showOverview() {
  state.panel = showOverview;
  const ordered = nodes.map((_, index) => index).filter((index) => shown(index));
  const count = (i) => about[i].length + towards[i].length;
  ordered.sort((a, b) => count(b) - count(a) || nodes[b].degree - nodes[a].degree || a - b);
  const columns = [
    { title: "Thing", cell: thingLink, key: (i) => nameOf(nodes[i]) },
    { title: "Class", cell: (i) => make("bdi", { class: "term" }, kindName(nodes[i].kind)), key: (i) => kindName(nodes[i].kind) },
    { title: "Facts", number: true, cell: (i) => make("span", {}, String(count(i))), key: count },
  ];
  byId("panel").replaceChildren(
    make("h2", {}, word("Things")),
    make("p", { class: "kind" }, [counted(nodes.length, "{0} thing", "{0} things"), counted(facts.length, "{0} fact", "{0} facts"), counted(articles.length, "{0} article", "{0} articles")].join(" · "),
      make("br"), word("Choose a thing, a fact, or words of the article.")),
    sortable(word("Things"), columns, ordered.slice(0, 200)),
    ordered.length > 200 ? make("p", { class: "kind" }, counted(ordered.length - 200, "{0} other is found by the search.", "{0} others are found by the search.")) : "",
  );
}

function showAll() {
  state.node = -1;
  state.fact = -1;
  clearWords();
  state.panel = showOverview;
  redraw();
  drawing?.getCamera().animatedReset();
}

function changeLanguage(language) {
  state.language = language;
  sayFixed();
  const { fact, node } = state;
  const shown = [...byId("text").querySelectorAll(".active")].map((piece) => piece.dataset.from);
  if (state.article >= 0) drawArticle(state.article);
  redraw();
  // What was chosen stays chosen.
  state.node = node;
  state.fact = fact;
  chooseRow(fact);
  for (const piece of byId("text").querySelectorAll("[data-from]")) piece.classList.toggle("active", shown.includes(piece.dataset.from));
}

function start() {
  byId("article").replaceChildren(...articles.map((article, index) => make("option", { value: String(index) }, article.title || article.id)));
  byId("article").addEventListener("change", (event) => showArticle(Number(event.target.value)));
  byId("search").addEventListener("input", listThings);
  byId("search").addEventListener("keydown", onSearchKey);
  byId("search").addEventListener("blur", () => openList(false));
  byId("kind").addEventListener("change", (event) => { state.kind = event.target.value; state.node = -1; state.panel = showOverview; redraw(); });
  byId("language").value = state.language;
  byId("language").addEventListener("change", (event) => changeLanguage(event.target.value));
  byId("theme").addEventListener("change", (event) => {
    document.documentElement.dataset.theme = event.target.value;
    recolour();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  byId("nearer").addEventListener("click", () => drawing?.getCamera().animatedZoom());
  byId("farther").addEventListener("click", () => drawing?.getCamera().animatedUnzoom());
  byId("whole").addEventListener("click", () => {
    window.history.pushState(null, "", location.pathname);
    showAll();
  });
  window.addEventListener("popstate", openAddress);
  byId("reckoning").addEventListener("click", showReckoning);
  window.addEventListener("beforeprint", () => byId("print").replaceChildren(drawSvg(false)));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement.tagName)) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  sayFixed();
  drawLegend();
  startNetwork();
  showOverview();
  if (articles.length) showArticle(0);
  openAddress();
  document.documentElement.dataset.ready = "yes";
}

function openAddress() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const index = wanted ? nodes.findIndex((node) => node.id === wanted) : -1;
  if (index >= 0) showThing(index, true);
  else if (state.node >= 0) showAll();
}

start();

// Ties the parts together.
function redraw() {
  drawLegend();
  if (drawing) drawing.refresh();
  if (state.node >= 0) showThing(state.node, true);
  else showOverview();
}

// What is seen first: the things with most facts, so that all can be reached without the drawing.
function showOverview() {
  const ordered = nodes.map((_, index) => index).filter((index) => shown(index));
  ordered.sort((a, b) => nodes[b].degree - nodes[a].degree || a - b);
  const columns = [
    { title: "Thing", cell: thingLink, key: (i) => nameOf(nodes[i]) },
    { title: "Class", cell: (i) => make("span", {}, kindName(nodes[i].kind)), key: (i) => nodes[i].kind },
    { title: "Facts", number: true, cell: (i) => make("span", {}, String(about[i].length + towards[i].length)), key: (i) => about[i].length + towards[i].length },
  ];
  byId("panel").replaceChildren(
    make("h2", {}, "Things"),
    make("p", { class: "kind" }, `${nodes.length} things, ${facts.length} facts from ${articles.length} ${articles.length === 1 ? "article" : "articles"}. Choose a thing, a fact, or words of the article.`),
    sortable("Things", columns, ordered.slice(0, 200)),
    ordered.length > 200 ? make("p", { class: "kind" }, `The ${ordered.length - 200} others are found by the search.`) : "",
  );
}

function showAll() {
  state.node = -1;
  state.fact = -1;
  clearWords();
  redraw();
  drawing?.getCamera().animatedReset();
}

function start() {
  byId("article").replaceChildren(...articles.map((article, index) => make("option", { value: String(index) }, article.title || article.id)));
  byId("article").addEventListener("change", (event) => showArticle(Number(event.target.value)));
  byId("search").addEventListener("input", listThings);
  byId("search").addEventListener("keydown", onSearchKey);
  byId("search").addEventListener("blur", () => openList(false));
  byId("kind").addEventListener("change", (event) => { state.kind = event.target.value; state.node = -1; redraw(); });
  byId("language").addEventListener("change", (event) => { state.language = event.target.value; redraw(); });
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

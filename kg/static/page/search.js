// The search box: a list of names that arrow keys and screen readers follow.
let found = [];
let place = -1;

function fold(text) {
  return text.normalize("NFKC").toLocaleLowerCase();
}

const searched = nodes.map((node) => [node.en, node.zh, ...node.other].map(fold));

function findThings(text) {
  const wanted = fold(text.trim());
  if (!wanted) return [];
  const scored = [];
  searched.forEach((names, index) => {
    let best = 9;
    for (const name of names) {
      if (name === wanted) best = Math.min(best, 0);
      else if (name.startsWith(wanted)) best = Math.min(best, 1);
      else if (name.includes(wanted)) best = Math.min(best, 2);
    }
    if (best < 9) scored.push([best, -nodes[index].degree, index]);
  });
  return scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, 50).map((entry) => entry[2]);
}

function listThings() {
  found = findThings(byId("search").value);
  place = found.length ? 0 : -1;
  byId("found").replaceChildren(
    ...found.map((index, row) => {
      const item = make("li", { role: "option", id: `found-${row}`, click: () => take(row) }, named(nodes[index]), " ",
        make("small", {}, make("bdi", { class: "term" }, kindName(nodes[index].kind)), nodes[index].zh && state.language === "en" ? " · " : "", nodes[index].zh && state.language === "en" ? make("bdi", {}, nodes[index].zh) : ""));
      item.addEventListener("mousedown", (event) => event.preventDefault());
      return item;
    }),
  );
  openList(found.length > 0);
  mark();
  if (byId("search").value) say(counted(found.length, "{0} thing found", "{0} things found"));
}

function openList(isOpen) {
  byId("found").hidden = !isOpen;
  byId("search").setAttribute("aria-expanded", String(isOpen));
}

function mark() {
  const input = byId("search");
  [...byId("found").children].forEach((item, row) => item.setAttribute("aria-selected", String(row === place)));
  if (place >= 0) {
    input.setAttribute("aria-activedescendant", `found-${place}`);
    byId("found").children[place].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function take(row) {
  openList(false);
  showThing(found[row]);
}

function onSearchKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!found.length) return;
    place = (place + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
    openList(true);
    mark();
  } else if (event.key === "Enter" && place >= 0) take(place);
  else if (event.key === "Escape") openList(false);
}

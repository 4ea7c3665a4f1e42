// The panel of one thing: its values, facts, what others say of it, and its history.
function showThing(index, quiet) {
  state.node = index;
  state.fact = -1;
  state.panel = () => showThing(index, true);
  const node = nodes[index];
  const values = about[index].filter((i) => facts[i].number);
  const relations = about[index].filter((i) => !facts[i].number);
  const parts = [make("h2", {}, named(node), otherName(node)), describe(node)];
  if (values.length) parts.push(make("h3", {}, word("Values")), valueTable(values, word("Values of {0}", nameOf(node))));
  parts.push(...drawHistories(values));
  if (relations.length) parts.push(make("h3", {}, word("Facts")), factTable(relations, word("Facts about {0}", nameOf(node))));
  if (towards[index].length) {
    parts.push(make("h3", {}, word("Said of it elsewhere")), factTable(towards[index], word("Facts that name {0}", nameOf(node)), true));
  }
  byId("panel").replaceChildren(...parts);
  byId("panel").scrollTop = 0;
  if (!quiet) revealOnSmall();
  const first = about[index][0] ?? towards[index][0];
  if (first !== undefined && state.article < 0) showArticle(facts[first].a);
  clearWords();
  chooseNode(index);
  if (quiet) return;
  const address = `#${encodeURIComponent(node.id)}`;
  // A step of its own, so that the browser's "back" leads to the thing before.
  if (location.hash !== address) window.history.pushState(null, "", address);
  byId("panel").focus({ preventScroll: true });
  say(`${nameOf(node)}: ${counted(about[index].length, "{0} fact", "{0} facts")}`);
}

function otherName(node) {
  const other = state.language === "zh" ? node.en : node.zh;
  if (!other || state.language === "both" || other === nameOf(node)) return "";
  return make("span", { class: "zh" }, " ", make("bdi", {}, other));
}

function describe(node) {
  const dot = make("svg", { class: "dot", viewBox: "0 0 10 10", "aria-hidden": "true" }, make("circle", { cx: 5, cy: 5, r: 5, fill: classes[node.kind].color }));
  const parts = [dot, make("bdi", { class: "term" }, kindName(node.kind))];
  if (node.other.length) parts.push(" · ", word("also:"), " ", make("bdi", {}, node.other.slice(0, 6).join(", ")));
  return make("p", { class: "kind" }, ...parts);
}

// A change as two bars to the same scale.
function drawChange(fact) {
  const before = Number(fact.value_before);
  const after = Number(fact.value);
  const most = Math.max(Math.abs(before), Math.abs(after)) || 1;
  const bar = (y, value, kind) => make("rect", { class: kind, x: 0, y, height: 12, width: Math.max(1, (80 * Math.abs(value)) / most) });
  const figure = (y, value) => make("text", { x: (80 * Math.abs(value)) / most + 5, y }, grouped(String(value)));
  const label = word("from {0} to {1} {2}", fact.value_before, fact.value, unitOf(fact));
  return make("svg", { class: "change", role: "img", "aria-label": label, width: 150, height: 30, viewBox: "0 0 150 30" },
    bar(1, before, "before"), figure(11, before), bar(16, after, "after"), figure(26, after));
}

// Several values of one indicator and unit, in the order of their periods; one that is not printed is an empty box.
function drawHistories(values) {
  const groups = new Map();
  for (const index of values) {
    const fact = facts[index];
    const key = `${fact.p} ${fact.unit || ""}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(index);
  }
  const drawn = [...groups.values()].filter((group) => group.length > 1).map(drawHistory);
  return drawn.length ? [make("h3", {}, word("History")), ...drawn] : [];
}

function drawHistory(group) {
  const when = (i) => facts[i].period_end || facts[i].period_start || articles[facts[i].a].date || "";
  const ordered = group.slice().sort((a, b) => when(a).localeCompare(when(b)) || facts[a].from - facts[b].from);
  const most = Math.max(...ordered.map((i) => Math.abs(Number(facts[i].value || 0)))) || 1;
  const height = ordered.length * 22;
  const label = word("{0}, {1} values", nameOf(predicates[facts[group[0]].p]), ordered.length);
  const drawing = make("svg", { class: "bars", role: "img", "aria-label": label, width: "100%", height, viewBox: `0 0 420 ${height}`, preserveAspectRatio: "xMinYMid" });
  ordered.forEach((index, row) => {
    const fact = facts[index];
    const long = fact.value ? Math.max(1, (170 * Math.abs(Number(fact.value))) / most) : 60;
    const words = `${saidBy(fact).textContent} · ${period(fact) || when(index) || word("no period given")}`;
    drawing.append(
      make("rect", { x: 0, y: row * 22 + 3, height: 14, width: long, class: fact.value ? "full" : "empty" }),
      make("text", { x: long + 6, y: row * 22 + 14 }, shorten(words, 60)),
    );
  });
  return make("div", {}, make("p", { class: "kind" }, namedPredicate(facts[group[0]].p)), drawing);
}

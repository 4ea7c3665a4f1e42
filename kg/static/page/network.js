// The drawing of the network: sigma where the browser has WebGL, SVG elsewhere and on paper.
let drawing = null;
const near = nodes.map(() => new Set());
const pairs = new Map();
for (const fact of facts) {
  if (fact.o === undefined || fact.o === fact.s) continue;
  near[fact.s].add(fact.o);
  near[fact.o].add(fact.s);
  const key = `${fact.s} ${fact.o}`;
  if (!pairs.has(key)) pairs.set(key, { from: fact.s, to: fact.o, labels: new Set(), sure: false });
  pairs.get(key).labels.add(fact.p);
  if (markOf(fact) === "stated" || markOf(fact) === "implied") pairs.get(key).sure = true;
}

function ink() {
  const style = getComputedStyle(document.documentElement);
  return { text: style.getPropertyValue("--ink").trim(), line: style.getPropertyValue("--soft").trim(), faint: style.getPropertyValue("--line").trim(), edge: style.getPropertyValue("--edge").trim() };
}

function edgeLabel(pair) {
  return [...pair.labels].map((p) => nameOf(predicates[p])).join(", ");
}

function startNetwork() {
  const stage = byId("stage");
  try {
    const graph = new graphology.DirectedGraph();
    // Of many nodes each is small, or they would cover one another; they grow as one comes nearer.
    const scale = Math.min(1, Math.sqrt(150 / nodes.length));
    nodes.forEach((node, index) => {
      graph.addNode(String(index), { x: node.x, y: node.y, size: Math.max(1.5, node.size * scale), color: classes[node.kind].color, label: nameOf(node) });
    });
    for (const pair of pairs.values()) {
      graph.addDirectedEdge(String(pair.from), String(pair.to), { size: (pair.sure ? 1.6 : 0.8) * Math.max(0.4, scale), label: edgeLabel(pair) });
    }
    drawing = new Sigma(graph, stage, settings());
    drawLabels();
    drawing.on("afterRender", drawLabels);
    drawing.on("clickNode", ({ node }) => showThing(Number(node)));
    drawing.on("clickStage", () => chooseNode(-1));
  } catch (error) {
    stage.replaceChildren(drawSvg(true));
  }
}

function settings() {
  const colours = ink();
  return {
    renderEdgeLabels: true, defaultEdgeType: pairs.size > 3000 ? "line" : "arrow", labelFont: "system-ui, sans-serif", labelSize: 12, edgeLabelSize: 10, allowInvalidContainer: true,
    labelColor: { color: colours.text }, edgeLabelColor: { color: colours.line }, defaultEdgeColor: colours.edge,
    labelDensity: nodes.length > 400 ? 1 : 20, labelRenderedSizeThreshold: nodes.length > 400 ? 2.5 : 3, zIndex: true, labelGridCellSize: 60,
    defaultDrawNodeHover: drawHover, defaultDrawNodeLabel: keepLabel,
    nodeReducer: (key, attributes) => reduceNode(Number(key), attributes),
    edgeReducer: (key, attributes) => reduceEdge(key, attributes),
  };
}

const waiting = [];
const reserved = [];

// Labels are kept until all are known, so that the largest nodes get theirs first.
function keepLabel(context, attributes, options) {
  if (attributes.highlighted) reserved.push(hoverBox(context, attributes, options));
  else if (attributes.label) waiting.push({ context, attributes, options });
}

function drawLabels() {
  const taken = waiting.length > 400 ? [] : waiting.map(({ attributes: { x, y, size } }) => [x - size, y - size, x + size, y + size]);
  const written = reserved.splice(0);
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--back").trim();
  waiting.sort((a, b) => b.attributes.size - a.attributes.size);
  waiting.splice(0).forEach((label, place) => {
    const { context, attributes, options } = label;
    context.font = `${options.labelWeight || "normal"} ${options.labelSize}px ${options.labelFont}`;
    label.text = shorten(attributes.label, 42);
    const width = context.measureText(label.text).width + 4;
    const find = (nodesToo) => freeBox(attributes, width, 18, context.canvas.clientWidth, written, nodesToo);
    const box = find(taken) || (place < 10 && find([]));
    if (!box) return;
    written.push(box);
    // A rim in the colour of the ground lifts the words off lines and nodes.
    label.context.strokeStyle = ground;
    label.context.lineWidth = 3;
    label.context.lineJoin = "round";
    label.context.strokeText(label.text, box[0] + 2, box[3] - 5);
    label.context.fillStyle = label.options.labelColor.color;
    label.context.fillText(label.text, box[0] + 2, box[3] - 5);
  });
}

// The place of a label to the right, left, above or below that no other label and no node takes.
function freeBox({ x, y, size }, width, height, room, written, taken) {
  const half = height / 2;
  const spots = [[x + size + 1, y - half], [x - size - 1 - width, y - half], [x - width / 2, y - size - height - 1], [x - width / 2, y + size + 1]];
  const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  return spots
    .map(([left, top]) => [left, top, left + width, top + height])
    .find((box) => box[0] >= 0 && box[2] <= room && !written.some((other) => meets(box, other)) && !taken.some((other) => meets(box, other)));
}

// What the name of the thing chosen covers, its node too.
function hoverBox(context, { x, y, size, label }, options) {
  context.font = `600 ${options.labelSize}px ${options.labelFont}`;
  return [x - size - 3, y - 11, x + size + context.measureText(label || "").width + 11, y + 11];
}

function drawHover(context, attributes, options) {
  const colours = getComputedStyle(document.documentElement);
  const [left, top, right, bottom] = hoverBox(context, attributes, options);
  context.fillStyle = colours.getPropertyValue("--card").trim();
  context.fillRect(left, top, right - left, bottom - top);
  context.fillStyle = attributes.color;
  context.beginPath();
  context.arc(attributes.x, attributes.y, attributes.size, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = colours.getPropertyValue("--ink").trim();
  context.fillText(attributes.label || "", attributes.x + attributes.size + 4, attributes.y + 4);
}

function shown(index) {
  return !state.kind || nodes[index].kind === state.kind;
}

function reduceNode(index, attributes) {
  const result = { ...attributes, label: nameOf(nodes[index]) };
  const chosen = state.node;
  const faint = !shown(index) || (chosen >= 0 && index !== chosen && !near[chosen].has(index));
  if (faint) return { ...result, color: ink().faint, label: "", zIndex: 0 };
  if (index === chosen) return { ...result, highlighted: true, forceLabel: true, zIndex: 2 };
  return { ...result, forceLabel: chosen >= 0 && near[chosen].size < 60, zIndex: 1 };
}

function reduceEdge(key, attributes) {
  if (state.node < 0) return { ...attributes, label: "" };
  const [from, to] = drawing.getGraph().extremities(key).map(Number);
  if (from !== state.node && to !== state.node) return { ...attributes, hidden: true };
  const label = near[state.node].size > 12 ? "" : edgeLabel(pairs.get(`${from} ${to}`));
  return { ...attributes, color: ink().line, label, forceLabel: true };
}

function chooseNode(index) {
  state.node = index;
  if (!drawing) return;
  drawing.refresh();
  if (index < 0) return;
  const place = drawing.getNodeDisplayData(String(index));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const camera = drawing.getCamera();
  camera.animate({ x: place.x, y: place.y, ratio: nodes.length > 30 ? Math.min(camera.ratio, 0.6) : camera.ratio }, { duration: still ? 0 : 300 });
}

function recolour() {
  if (!drawing) return;
  const { labelColor, edgeLabelColor, defaultEdgeColor } = settings();
  drawing.setSettings({ labelColor, edgeLabelColor, defaultEdgeColor });
  drawing.refresh();
}

// Draws the network as SVG, with the names for which there is room.
function drawSvg(live) {
  const xs = nodes.map((node) => node.x);
  const ys = nodes.map((node) => -node.y);
  const [left, top] = [Math.min(...xs) - 80, Math.min(...ys) - 60];
  const [width, height] = [Math.max(...xs) - left + 80, Math.max(...ys) - top + 60];
  const picture = make("svg", { viewBox: `${left} ${top} ${width} ${height}`, role: "img", "aria-label": word("Network") });
  for (const { from, to } of pairs.values()) {
    picture.append(make("line", { x1: nodes[from].x, y1: -nodes[from].y, x2: nodes[to].x, y2: -nodes[to].y, stroke: "#999", "stroke-width": width / 900 }));
  }
  nodes.forEach((node, index) => {
    const spot = make("circle", { cx: node.x, cy: -node.y, r: node.size, fill: classes[node.kind].color }, make("title", {}, nameOf(node)));
    if (live) spot.addEventListener("click", () => showThing(index));
    picture.append(spot);
  });
  if (nodes.length <= 1000) picture.append(...svgLabels(left, width));
  return picture;
}

// Names as large as can be read on a sheet of paper, those of the largest nodes first.
function svgLabels(left, width) {
  const letter = width / 75;
  const context = make("canvas", {}).getContext("2d");
  context.font = `${letter}px system-ui, sans-serif`;
  const spots = nodes.map((node) => ({ x: node.x - left, y: -node.y, size: node.size, text: shorten(nameOf(node), 32) }));
  const taken = spots.map(({ x, y, size }) => [x - size, y - size, x + size, y + size]);
  const written = [];
  const labels = [];
  for (const spot of spots.sort((a, b) => b.size - a.size)) {
    const box = freeBox(spot, context.measureText(spot.text).width * 1.05 + 4, letter * 1.2, width, written, taken);
    if (!box) continue;
    written.push(box);
    labels.push(make("text", { x: box[0] + left + 2, y: box[3] - letter * 0.3, "font-size": letter, class: "name" }, spot.text));
  }
  return labels;
}

function drawLegend() {
  const count = {};
  for (const node of nodes) count[node.kind] = (count[node.kind] || 0) + 1;
  const kinds = Object.keys(count).sort((a, b) => count[b] - count[a] || a.localeCompare(b));
  byId("legend").querySelector("ul").replaceChildren(
    ...kinds.map((kind) => {
      const dot = make("svg", { class: "dot", viewBox: "0 0 10 10", "aria-hidden": "true" }, make("circle", { cx: 5, cy: 5, r: 5, fill: classes[kind].color }));
      return make("li", {}, dot, make("bdi", { class: "term" }, kindName(kind)), ` (${count[kind]})`);
    }),
  );
  const options = kinds.slice().sort((a, b) => compare(kindName(a), kindName(b), true)).map((kind) => make("option", { value: kind, selected: kind === state.kind }, kindName(kind)));
  byId("kind").replaceChildren(make("option", { value: "" }, word("all")), ...options);
}

// Reads a network file with a library of its own and prints what it found as JSON.
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [kind, path] = process.argv.slice(2);
const text = fs.readFileSync(path, "utf8");

if (kind === "cyjs") {
  draw(JSON.parse(text).elements);
} else if (kind === "cx2") {
  // Cytoscape Web's way: its converter makes elements and a style of CX2, and cytoscape.js takes them.
  globalThis.self = globalThis;
  const made = require("@js4cytoscape/cx-viz-converter").convert(JSON.parse(text), "cytoscapeJS");
  draw(made.elements, made.style);
} else {
  const { MultiDirectedGraph } = require("graphology");
  const graph = require(`graphology-${kind}`).parse(MultiDirectedGraph, text);
  print(graph.mapNodes((_, data) => data), graph.mapEdges((_, data, source, target) => ({ ...data, _source: source, _target: target })));
}

function draw(elements, style) {
  const cy = require("cytoscape")({ headless: true, styleEnabled: Boolean(style), elements, style });
  const nodes = cy.nodes().map((n) => ({ ...n.data(), _color: style && n.style("background-color"), _label: style && n.style("label") }));
  print(nodes, cy.edges().map((e) => ({ ...e.data(), _source: e.data("source"), _target: e.data("target") })));
}

function print(nodes, edges) {
  // cytoscape.js with styles keeps a loop running: end when all is written.
  process.stdout.write(JSON.stringify({ nodes, edges }), () => process.exit(0));
}

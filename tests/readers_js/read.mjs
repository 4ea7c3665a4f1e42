// Reads a network file with a library of its own and prints what it found as JSON.
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [kind, path] = process.argv.slice(2);
const text = fs.readFileSync(path, "utf8");

if (kind === "cyjs") {
  const cy = require("cytoscape")({ headless: true, elements: JSON.parse(text).elements });
  print(cy.nodes().map((n) => n.data()), cy.edges().map((e) => e.data()));
} else {
  const { MultiDirectedGraph } = require("graphology");
  const graph = require(`graphology-${kind}`).parse(MultiDirectedGraph, text);
  print(graph.mapNodes((_, data) => data), graph.mapEdges((_, data) => data));
}

function print(nodes, edges) {
  process.stdout.write(JSON.stringify({ nodes, edges }));
}

// The data of the page, its indexes, and small helpers. Text is only ever set as text.
const data = JSON.parse(document.getElementById("data").textContent);
const { nodes, facts, articles, predicates, classes } = data;
const SVG = "http://www.w3.org/2000/svg";
const QUALIFIERS = { moreThan: "more than", nearly: "nearly", about: "about", atLeast: "at least", upTo: "up to" };
const state = { language: "en", node: -1, fact: -1, article: -1, kind: "" };

const about = nodes.map(() => []);
const towards = nodes.map(() => []);
const within = articles.map(() => []);
facts.forEach((fact, index) => {
  about[fact.s].push(index);
  if (fact.o !== undefined && fact.o !== fact.s) towards[fact.o].push(index);
  within[fact.a].push(index);
});

function byId(id) {
  return document.getElementById(id);
}

function make(tag, attributes, ...children) {
  const space = ["svg", "rect", "line", "circle", "text", "title", "path", "g"].includes(tag);
  const element = space ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "click") element.addEventListener("click", value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== "" && child !== undefined && child !== null));
  return element;
}

function nameOf(thing) {
  if (state.language === "zh") return thing.zh || thing.en;
  if (state.language === "both" && thing.zh && thing.zh !== thing.en) return `${thing.en} ${thing.zh}`;
  return thing.en;
}

function kindName(kind) {
  return nameOf({ en: kind, zh: classes[kind].zh });
}

// A name in an element that keeps right-to-left marks from reaching what stands beside it.
function named(thing) {
  return make("bdi", {}, nameOf(thing));
}

function thingLink(index) {
  return make("button", { type: "button", class: "link", click: () => showThing(index) }, named(nodes[index]));
}

function say(text) {
  byId("said").textContent = text;
}

// Cuts a long text, never between the two halves of a letter.
function shorten(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

// Where the parts stand one below the other, brings the facts into view.
function revealOnSmall() {
  if (matchMedia("(max-width: 1000px)").matches) byId("panel").scrollIntoView({ block: "start" });
}

function grouped(value) {
  const [whole, part] = value.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}

function withQualifier(qualifier, value) {
  return `${QUALIFIERS[qualifier] || ""} ${grouped(value)}`.trim();
}

// What a fact says of its subject: a thing, words, or an amount; a number that is not printed is shown as missing.
function saidBy(fact) {
  if (fact.o !== undefined) return thingLink(fact.o);
  if (!fact.number) return make("bdi", {}, fact.text);
  if (!fact.value) {
    const why = fact.reason === "lostInTranslation" ? "lost in translation" : "not printed";
    return make("span", { class: "gone" }, `${why}${fact.unit ? ` (${fact.unit})` : ""}`);
  }
  if (fact.unit === "rank") return make("span", {}, `rank ${fact.value}${fact.scope ? ` in ${fact.scope}` : ""}`);
  const before = fact.value_before ? `${withQualifier(fact.qualifier_before, fact.value_before)} → ` : "";
  return make("span", {}, `${before}${withQualifier(fact.qualifier, fact.value)} ${fact.unit || ""}`.trim());
}

function standing(fact) {
  const tags = [make("span", { class: `tag ${fact.status}` }, fact.status)];
  if (fact.modality !== "achieved") tags.push(" ", make("span", { class: `tag ${fact.modality}` }, fact.modality));
  return make("span", {}, ...tags);
}

// The mark of a quote in the article: what stands, what a rule adds, what is kept apart, what is missing.
function markOf(fact) {
  if (fact.status === "missing") return "missing";
  if (fact.status === "garbled" || fact.modality !== "achieved") return "kept";
  return fact.status === "implied" ? "implied" : "stated";
}

function quoteOf(fact) {
  return articles[fact.a].text.slice(fact.from, fact.to);
}

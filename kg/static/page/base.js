// The data of the page, its indexes, and small helpers. Text is only ever set as text.
const data = JSON.parse(document.getElementById("data").textContent);
const { nodes, facts, articles, predicates, classes, terms, units, words, reasons } = data;
// Words of articles are looked up in these: "constructor" must not be found where it is not.
for (const table of [terms, words, reasons]) Object.setPrototypeOf(table, null);
const SVG = "http://www.w3.org/2000/svg";
const state = { language: navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en", node: -1, fact: -1, article: -1, kind: "", panel: null };

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

// The page's own words in the language chosen, with what belongs in their places {0}, {1} …
function word(english, ...values) {
  const said = (state.language === "zh" && words[english]) || english;
  return said.replace(/\{(\d)\}/g, (_, place) => String(values[place]));
}

function counted(count, one, many, ...values) {
  return word(count === 1 ? one : many, count, ...values);
}

// A concept of the graph by its short name: a status, a modality, a qualifier.
function term(name) {
  const known = terms[name];
  return known ? nameInOne(known) : word(name);
}

// Of the two names of a concept that stands in a sentence one is enough.
function nameInOne(thing) {
  return (state.language === "zh" && thing.zh) || thing.en;
}

function unitOf(fact) {
  return fact.unit && units[fact.unit] ? nameInOne(units[fact.unit]) : fact.unit || "";
}

// Sets the words that stand in the page from its start; each element keeps its English ones.
function sayFixed() {
  document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-word]")) {
    element.dataset.word ||= element.textContent;
    element.textContent = word(element.dataset.word);
  }
  for (const name of ["aria-label", "placeholder"]) {
    const kept = `data-word-${name}`;
    for (const element of document.querySelectorAll(`[${kept}]`)) {
      if (!element.getAttribute(kept)) element.setAttribute(kept, element.getAttribute(name));
      element.setAttribute(name, word(element.getAttribute(kept)));
    }
  }
  if (!data.title) document.title = byId("title").textContent = word("Knowledge graph");
}

function nameOf(thing) {
  if (state.language === "zh") return thing.zh || thing.en;
  if (state.language === "both" && thing.zh && thing.zh !== thing.en) return `${thing.en} ${thing.zh}`;
  return thing.en;
}

function kindName(kind) {
  return nameOf(classes[kind]);
}

// A name in an element that keeps right-to-left marks from reaching what stands beside it.
function named(thing) {
  return make("bdi", {}, nameOf(thing));
}

function namedPredicate(index) {
  return make("bdi", { class: "term" }, nameOf(predicates[index]));
}

function thingLink(index) {
  return make("button", { type: "button", class: "link", click: () => showThing(index) }, make("bdi", {}, shorten(nameOf(nodes[index]), 120)));
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
  return `${qualifier && qualifier !== "exact" ? term(qualifier) : ""} ${grouped(value)}`.trim();
}

// What a fact says of its subject: a thing, words, or an amount; a number that is not printed is shown as missing.
function saidBy(fact) {
  if (fact.o !== undefined) return thingLink(fact.o);
  if (!fact.number) return make("bdi", {}, fact.text);
  if (!fact.value) {
    const isLost = fact.reason === "lostInTranslation";
    const why = word(isLost ? "lost in translation" : "not printed");
    return make("span", { class: "gone" }, `${why}${fact.unit ? ` (${unitOf(fact)})` : ""}`);
  }
  if (fact.unit === "rank") return make("span", {}, fact.scope ? word("rank {0} in {1}", fact.value, scopeOf(fact)) : word("rank {0}", fact.value));
  const before = fact.value_before ? `${withQualifier(fact.qualifier_before, fact.value_before)} → ` : "";
  return make("span", {}, `${before}${withQualifier(fact.qualifier, fact.value)} ${unitOf(fact)}`.trim());
}

function scopeOf(fact) {
  return nameInOne({ en: fact.scope, zh: fact.scope_zh });
}

function standing(fact) {
  const tags = [make("span", { class: `tag ${fact.status}` }, term(fact.status))];
  if (fact.modality !== "achieved") tags.push(" ", make("span", { class: `tag ${fact.modality}` }, term(fact.modality)));
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

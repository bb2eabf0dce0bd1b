// The search box: unpacks its data when it is first used, and draws with the libraries of the page.
const box = document.getElementById("search-box");
const list = document.getElementById("search-results");
const shown = document.getElementById("search-shown");
const count = new Intl.NumberFormat("en");
const MOST_RESULTS = 30;
const MOST_CURVES = 8;
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#5f5f5f", "#a6a6a6", "#56b4e9", "#cc79a7"];
let unpacked = null;

// What is typed and what is listed may have other apostrophes: keyboards set curly ones by themselves.
const alike = (text) => text.toLowerCase().replace(/[’ʼ‘＇]/g, "'");

async function data() {
  if (unpacked === null) {
    const packed = atob(document.getElementById("search-data").textContent);
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    unpacked = await new Response(stream).json();
    unpacked.folded = unpacked.phrases.map(alike);
    unpacked.names = unpacked.items.map((item) => alike(item[0]));
    unpacked.itemsOf = new Map();
    unpacked.items.forEach((item, number) => {
      for (let k = 2; k < item.length; k += 2) {
        for (const phrase of item[k]) {
          if (!unpacked.itemsOf.has(phrase)) unpacked.itemsOf.set(phrase, []);
          const items = unpacked.itemsOf.get(phrase);
          if (items.at(-1) !== number) items.push(number); // a phrase may stand in two roles of one item
        }
      }
    });
  }
  return unpacked;
}

function rank(text, asked) {
  const at = text.indexOf(asked);
  if (at < 0) return -1;
  if (text === asked) return 0;
  if (at === 0) return 1;
  return text.indexOf(" " + asked) >= 0 ? 2 : 3;
}

function best(texts, asked, weight) {
  const ranked = [[], [], [], []];
  texts.forEach((text, number) => {
    const rate = rank(text, asked);
    if (rate >= 0) ranked[rate].push(number);
  });
  const n = ranked.reduce((sum, some) => sum + some.length, 0);
  ranked.forEach((some) => some.sort((a, b) => weight(b) - weight(a) || a - b));
  return { n, numbers: ranked.flat().slice(0, MOST_RESULTS) };
}

function element(name, attributes, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made[key] = value;
  made.append(...inside);
  return made;
}

const plural = (n, one) => `${count.format(n)} ${one}${n === 1 ? "" : "s"}`;
const statuses = { s: "seen", n: "never seen", u: "unknown: a zero without evidence" };
const telling = (found, number) =>
  found.counts[number] ? plural(found.counts[number], "exposure") : statuses[found.status[number]];
const step = (value) => (value === null ? "unknown" : count.format(value));

function verdicts(found, number) {
  const roles = [];
  const n = new Map();
  for (let k = 1; k < found.items[number].length; k += 2) {
    const told = found.verdicts[`${number}.${(k - 1) / 2}`];
    if (!told) continue;
    roles.push(`${found.items[number][k]} ${told[0]}`);
    n.set(told[0], (n.get(told[0]) || 0) + 1);
  }
  return (roles.length > 3 ? [...n].map(([verdict, of]) => `${of} ${verdict}`) : roles).join(", ");
}

function result(text, told, open) {
  const button = element("button", { type: "button" }, element("span", { className: "name" }, text), element("span", { className: "told" }, told));
  button.addEventListener("click", open);
  return element("li", {}, button);
}

async function search() {
  const asked = alike(box.value.trim());
  const found = await data();
  if (asked !== alike(box.value.trim())) return; // typed on while the data was unpacked
  list.replaceChildren();
  if (!asked) return;
  const phrases = best(found.folded, asked, (number) => found.counts[number]);
  const items = best(found.names, asked, () => 0);
  if (phrases.n) list.append(element("li", { className: "head" }, plural(phrases.n, "phrase")));
  for (const number of phrases.numbers) {
    list.append(result(found.phrases[number], telling(found, number), () => openPhrase(number)));
  }
  if (items.n) list.append(element("li", { className: "head" }, plural(items.n, "item")));
  for (const number of items.numbers) {
    list.append(result(found.items[number][0], verdicts(found, number), () => openItem(number)));
  }
  if (!phrases.n && !items.n) list.append(element("li", { className: "head" }, "No phrase and no item holds these letters."));
}

function curve(found, number) {
  const since = new Map();
  for (let k = 0; k < found.points[number].length; k += 2) since.set(found.points[number][k], found.points[number][k + 1]);
  let sum = 0;
  return found.grid.map((checkpoint, point) => {
    sum += since.get(point) || 0;
    return { checkpoint, exposures: sum, phrase: found.phrases[number] };
  });
}

async function draw(found, numbers) {
  const place = element("div", { className: "plot" });
  shown.append(element("figure", {}, element("figcaption", {}, "Exposures before each checkpoint"), place));
  const names = numbers.map((number) => found.phrases[number]);
  const x = { field: "checkpoint", type: "quantitative", title: "checkpoint (steps seen)", scale: { nice: false }, axis: { tickCount: 6, format: ",d" } };
  const rows = numbers.flatMap((number) => curve(found, number));
  const most = Math.max(...rows.map((row) => row.exposures));
  const whole = most < 5 ? { values: [...Array(most + 1).keys()] } : { tickCount: 4 }; // ticks of fewer would be halves
  const y = { field: "exposures", type: "quantitative", title: "exposures before it", axis: { format: ",d", ...whole } };
  const colour = { field: "phrase", type: "nominal", legend: null, scale: { domain: names, range: COLOURS } };
  const specification = {
    $schema: found.schema,
    data: { values: rows },
    mark: { type: "line", interpolate: "step-after", point: found.grid.length < 12, tooltip: true },
    encoding: { x, y, color: colour },
    width: "container", height: 190, autosize: { type: "fit-x", contains: "padding" },
    config: found.config,
  };
  try {
    await vegaEmbed(place, specification, options);
    shown.dataset.drawn = "yes";
  } catch (error) {
    place.textContent = "The curve could not be drawn.";
    console.error(error);
  }
}

function facts(found, number) {
  const told = [telling(found, number)];
  if (found.counts[number]) {
    told.push(`in ${plural(found.sequences[number], "sequence")}`);
    told.push(`first at step ${step(found.first[number])}, last at step ${step(found.last[number])}`);
  }
  return told.join(", ");
}

function inContext(text) {
  const occurrence = text[1].trimStart();
  const space = text[1].slice(0, text[1].length - occurrence.length);
  return element("p", {}, `…${text[0]}${space}`, element("mark", {}, occurrence), `${text[2]}…`);
}

function places(found, number) {
  const rows = found.places[number];
  const made = element("ol", { className: "places" });
  for (let k = 0; k < rows.length; k += 4) {
    const where = `step ${step(rows[k])}, sequence ${count.format(rows[k + 1])}, token ${count.format(rows[k + 2])}, ${found.paths[rows[k + 3]]}`;
    const row = element("li", {}, element("span", { className: "where" }, where));
    const text = found.contexts[`${number}.${k / 4}`];
    if (text) row.append(inContext(text));
    made.append(row);
  }
  return made;
}

function begin(title) {
  shown.replaceChildren(element("h3", {}, title));
  shown.dataset.drawn = "no";
  shown.scrollIntoView({ block: "nearest" });
}

async function openPhrase(number) {
  const found = await data();
  begin(found.phrases[number]);
  shown.append(element("p", {}, facts(found, number)));
  const items = found.itemsOf.get(number) || [];
  if (items.length) {
    const line = element("p", { className: "note" }, `In ${plural(items.length, "item")}: `);
    items.slice(0, 5).forEach((item, k) => {
      const button = element("button", { type: "button", className: "link" }, found.items[item][0]);
      button.addEventListener("click", () => openItem(item));
      line.append(k ? ", " : "", button);
    });
    if (items.length > 5) line.append(" …");
    shown.append(line);
  }
  if (!found.counts[number]) return;
  shown.append(element("h4", {}, "First places"), places(found, number));
  await draw(found, [number]);
}

async function openItem(number) {
  const found = await data();
  const item = found.items[number];
  begin(item[0]);
  const seen = [];
  let judged = false;
  for (let k = 1; k < item.length; k += 2) {
    const row = element("ul", { className: "role" });
    for (const phrase of item[k + 1]) {
      const button = element("button", { type: "button", className: "link" }, found.phrases[phrase]);
      button.addEventListener("click", () => openPhrase(phrase));
      const key = element("span", { className: "key" });
      if (found.counts[phrase] && !seen.includes(phrase) && seen.length < MOST_CURVES) seen.push(phrase);
      if (seen.includes(phrase)) key.style.background = COLOURS[seen.indexOf(phrase)];
      row.append(element("li", {}, key, button, element("span", { className: "told" }, facts(found, phrase))));
    }
    const told = found.verdicts[`${number}.${(k - 1) / 2}`];
    shown.append(element("h4", {}, told ? `${item[k]}: ${told[0]}` : item[k]));
    if (told) {
      judged = true;
      shown.append(element("p", { className: "verdict" }, told[1]));
      if (told.length > 2) shown.append(element("p", { className: "verdict" }, told[2]));
      if (told.length > 3) shown.append(element("div", { className: "places" }, inContext(told.slice(3))));
    }
    shown.append(row);
  }
  if (judged) shown.append(element("p", { className: "note" }, found.meaning));
  if (seen.length) await draw(found, seen);
}

document.getElementById("search").hidden = false;
box.addEventListener("input", search);
document.getElementById("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("button")?.click();
});
const linked = new URLSearchParams(location.hash.slice(1)).get("search");
if (linked) {
  box.value = linked;
  search().then(() => list.querySelector("button")?.click());
}

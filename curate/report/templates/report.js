"use strict";
const given = JSON.parse(document.getElementById("whatif-data").textContent);
const kinds = ["kept", "one", "several"].map((name) => prepared(given.kinds[name]));
const stops = given.sliders.map((slider) => slider.now);
const words = (count) => Math.round(count).toLocaleString("en");
const Z = 1.96;

function prepared(kind) {
  const codes = kind.codes.map((page) => Uint8Array.from(page, (char) => given.codes.indexOf(char)));
  return { codes, pages: kind.pages, taken: kind.taken, shown: new Map(Object.entries(kind.shown).map(([at, page]) => [+at, page])) };
}

function made(tag, text, more) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  return Object.assign(element, more || {});
}

// A limit that is a least value passes up to a page's own stop, one that is a greatest value from there on.
function passes(page, at) {
  return given.sliders.every((slider, i) => (slider.bound === "min" ? at[i] <= page[i] : at[i] >= page[i]));
}

// The share k of n with its interval by Wilson's score, scaled to all pages; without an error where all were looked at.
function scaled(kind, count) {
  const n = kind.taken, all = kind.pages;
  if (n === all || !n) return { value: count, low: count, high: count };
  const share = count / n, spread = (Z * Z) / n;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z * Math.sqrt((share * (1 - share)) / n + spread / (4 * n))) / (1 + spread);
  return { value: all * share, low: count ? all * (middle - half) : 0, high: all * (middle + half) };
}

// Sums of independent shares: errors add as squares, each side with its own (Zou and Donner 2008).
function summed(parts) {
  const value = parts.reduce((sum, part) => sum + part.value, 0);
  const side = (name) => Math.sqrt(parts.reduce((sum, part) => sum + (part[name] - part.value) ** 2, 0));
  return { value, low: value - side("low"), high: value + side("high") };
}

function effect(at) {
  const passing = kinds.map((kind) => kind.codes.flatMap((page, i) => (passes(page, at) ? [i] : [])));
  const staying = new Set(passing[0]);
  const gone = kinds[0].codes.flatMap((_, i) => (staying.has(i) ? [] : [i]));
  const texts = (kind, rows) => rows.filter((i) => kind.shown.has(i)).map((i) => [near(kind.codes[i], at), kind.shown.get(i)]);
  const ordered = (found) => found.sort((a, b) => a[0] - b[0]).map((each) => each[1]);
  return {
    back: summed([scaled(kinds[1], passing[1].length), scaled(kinds[2], passing[2].length)]),
    go: scaled(kinds[0], gone.length),
    backShown: ordered([...texts(kinds[1], passing[1]), ...texts(kinds[2], passing[2])]),
    goShown: ordered(texts(kinds[0], gone)),
  };
}

function near(page, at) {
  return Math.min(...given.sliders.map((slider, i) => (at[i] === slider.now ? Infinity : Math.abs(page[i] - at[i]))));
}

function said(estimate) {
  if (estimate.low === estimate.high) return words(estimate.value);
  return "about " + words(estimate.value) + " (" + words(Math.max(estimate.low, 0)) + " to " + words(estimate.high) + ")";
}

function moved() {
  return given.sliders.flatMap((slider, i) => (stops[i] === slider.now ? [] : [i]));
}

function command(at) {
  return given.command + at.map((i) => " --set " + given.sliders[i].name + "=" + given.sliders[i].values[stops[i]]).join("");
}

function listed(title, pages) {
  const part = made("div");
  part.append(made("h3", title));
  const list = made("ol");
  for (const [url, text] of pages.slice(0, 5)) {
    const item = made("li");
    const address = made("bdi", url), excerpt = made("q", text, { dir: "auto" });
    address.className = "url";
    item.append(address, excerpt);
    list.append(item);
  }
  part.append(pages.length ? list : made("p", "none of those stored with this page", { className: "soft" }));
  return part;
}

// One slider below its histogram: what this limit alone does.
function slide(place, i) {
  const slider = given.sliders[i], figure = place.previousElementSibling, svg = figure && figure.querySelector("svg");
  const id = "slider-" + i, range = made("input", "", { type: "range", id, min: 0, max: slider.values.length - 1, step: 1, value: slider.now });
  const label = made("label", "", { htmlFor: id }), told = made("output", "", { htmlFor: id });
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("class", "moved");
  if (svg) svg.append(line);
  place.append(label, range, told);
  const show = () => {
    const at = given.sliders.map((each) => each.now);
    at[i] = stops[i];
    const alone = effect(at), here = stops[i] === slider.now, value = slider.values[stops[i]];
    label.textContent = value === "none" ? "What if there were no limit" : "What if the limit were " + value + (here ? ", as it is" : "");
    told.textContent = here ? "" : said(alone.back) + " pages come back, " + said(alone.go) + " go.";
    range.setAttribute("aria-valuetext", value + (here ? ", as it is" : ": " + told.textContent));
    const x = 360 * slider.places[stops[i]];
    line.setAttribute("d", here || value === "none" ? "" : "M" + x.toFixed(1) + " 0V78");
  };
  range.addEventListener("input", () => { stops[i] = +range.value; show(); panel(); });
  show();
  return () => { range.value = stops[i]; show(); };
}

const box = document.getElementById("whatif-panel");

// All moved sliders together, with the command that says it exactly and pages of both kinds.
function panel() {
  const at = moved(), open = box.querySelector("details");
  const wasOpen = open && open.open;
  box.replaceChildren();
  box.hidden = !at.length;
  if (!at.length) return;
  const found = effect(stops), kept = kinds[0].pages;
  const names = at.map((i) => given.sliders[i].name + " " + given.sliders[i].values[stops[i]]).join(", ");
  const back = made("button", "Put all back", { type: "button" });
  back.addEventListener("click", () => { given.sliders.forEach((slider, i) => { stops[i] = slider.now; }); shown.forEach((show) => show()); panel(); });
  const line = made("p");
  line.append(made("b", said(found.back) + " pages come back, " + said(found.go) + " go"), made("span", ": " + words(kept + found.back.value - found.go.value) + " kept instead of " + words(kept) + ". "), made("span", names + ". ", { className: "soft" }), back);
  box.append(line, made("code", command(at)));
  if (at.some((i) => given.sliders[i].before.length))
    box.append(made("p", "Pages that come back are not searched for duplicates here, and copies of pages that go stay dropped.", { className: "soft" }));
  const more = made("details", "", { open: Boolean(wasOpen) }), both = made("div");
  both.className = "samples";
  both.append(listed("Some that come back", found.backShown), listed("Some that go", found.goShown));
  more.append(made("summary", "Pages that come back, and that go"), both);
  box.append(more);
}

const shown = [...document.querySelectorAll(".slider")].map((place) => slide(place, +place.dataset.slider));
for (const element of document.querySelectorAll(".scripted")) element.hidden = false;
addEventListener("beforeprint", () => { for (const each of document.querySelectorAll("details")) each.open = true; });

"use strict";
const sheet = JSON.parse(document.getElementById("sheet").textContent);
const rows = sheet.rows, store = "curate-audit-" + sheet.name;
const at = (id) => document.getElementById(id);
const state = Object.assign({ at: 0, labeller: "", labels: {} }, saved());

function saved() {
  try { return JSON.parse(localStorage.getItem(store)) || {}; } catch { return {}; }
}

function save() {
  try { localStorage.setItem(store, JSON.stringify(state)); at("unsaved").hidden = true; }
  catch { at("unsaved").hidden = false; }
}

function label() { return state.labels[rows[state.at].id] || {}; }

function change(more) {
  state.labels[rows[state.at].id] = Object.assign({}, label(), more);
  save();
  show();
}

function go(place) {
  state.at = Math.max(0, Math.min(rows.length - 1, place));
  save();
  show();
  at("text").scrollTop = 0;
  window.scrollTo(0, 0);
}

function open() {
  const turned = rows.map((_, i) => (state.at + 1 + i) % rows.length);
  const next = turned.find((i) => (state.labels[rows[i].id] || {}).value === undefined);
  if (next !== undefined) go(next);
}

function judge(value) {
  change({ value });
  if (state.at < rows.length - 1) go(state.at + 1);
}

function turn(name, ends) { change({ [name]: ((label()[name] || 0) + 1) % ends }); }

function show() {
  const row = rows[state.at], mine = label();
  const done = rows.filter((r) => (state.labels[r.id] || {}).value !== undefined).length;
  at("item").textContent = row.item;
  at("chars").textContent = row.chars.toLocaleString("en") + " characters";
  at("done").textContent = done;
  at("progress").value = done;
  at("text").textContent = row.text;
  for (const button of document.querySelectorAll("[data-value]"))
    button.setAttribute("aria-pressed", String(mine.value === Number(button.dataset.value)));
  for (const name of ["noise", "toxic", "format"]) at(name).value = mine[name] === undefined ? "" : String(mine[name]);
}

function download() {
  const named = rows.filter((row) => (state.labels[row.id] || {}).value !== undefined);
  const lines = named.map((row) => JSON.stringify(Object.assign({ id: row.id, labeller: state.labeller }, state.labels[row.id])));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines.map((line) => line + "\n"), { type: "application/jsonl" }));
  link.download = "labels" + (state.labeller ? "-" + state.labeller.replace(/[^A-Za-z0-9]+/g, "-") : "") + ".jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
}

const keys = {
  ArrowLeft: () => go(state.at - 1), ArrowRight: () => go(state.at + 1), p: () => go(state.at - 1), n: () => go(state.at + 1),
  u: open, d: download, l: () => turn("noise", 3), t: () => turn("toxic", 4), f: () => at("format").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") { document.activeElement.blur(); return; }
  if (["INPUT", "SELECT"].includes(event.target.tagName)) return;
  const act = /^[0-5]$/.test(event.key) ? () => judge(Number(event.key)) : keys[event.key];
  if (act) { event.preventDefault(); act(); }
});
for (const button of document.querySelectorAll("[data-value]"))
  button.addEventListener("click", () => judge(Number(button.dataset.value)));
for (const name of ["noise", "toxic", "format"])
  at(name).addEventListener("change", (event) => {
    const said = event.target.value;
    change({ [name]: said === "" ? undefined : name === "format" ? said : Number(said) });
    event.target.blur();
  });
at("labeller").value = state.labeller;
at("labeller").addEventListener("input", (event) => { state.labeller = event.target.value.trim(); save(); });
at("previous").addEventListener("click", () => go(state.at - 1));
at("next").addEventListener("click", () => go(state.at + 1));
at("open").addEventListener("click", open);
at("download").addEventListener("click", download);
show();
save();

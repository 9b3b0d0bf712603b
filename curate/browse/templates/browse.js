"use strict";
const group = document.getElementById("label");
const follow = (id) => { const link = document.getElementById(id); if (link) location.assign(link.href); };

async function give(value) {
  if (!group) return;
  const answer = await fetch("label", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id: group.dataset.id, value }),
  });
  const said = document.getElementById("said");
  if (!answer.ok) { said.textContent = "not saved: " + (await answer.text()); return; }
  said.textContent = (await answer.json()).labelled + " labelled";
  for (const button of group.querySelectorAll("button"))
    button.setAttribute("aria-pressed", String(Number(button.dataset.value) === value));
}

const keys = { j: () => follow("after"), k: () => follow("before"), x: () => give(null), "/": () => document.getElementById("text-search").focus() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") { document.activeElement.blur(); return; }
  if (["INPUT", "SELECT"].includes(event.target.tagName)) return;
  const act = /^[0-5]$/.test(event.key) ? () => give(Number(event.key)) : keys[event.key];
  if (act) { event.preventDefault(); act(); }
});
if (group) for (const button of group.querySelectorAll("button")) button.addEventListener("click", () => give(Number(button.dataset.value)));
const current = document.querySelector("[aria-current]");
if (current) current.scrollIntoView({ block: "nearest" });

// The audit log, and whether somebody tampered with it.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { button, card, empty, head, table } from "../parts.js";
import { count, when } from "../words.js";

const PAGE = 20;

export async function show(root) {
  const verdict = el("div", { class: "stack" });
  const log = el("div", { class: "stack" });
  let entries = [];
  const draw = async () => {
    const found = await get("/api/audit", { before: entries.at(-1)?.number, limit: PAGE });
    entries = [...entries, ...found];
    put(
      log,
      entries.length
        ? table("Audit log", ["Number", "When", "Who", "What", "Details"], entries.map(row))
        : empty("Nothing was done yet."),
      found.length === PAGE && el("div", { class: "row" }, button("Show older", draw)),
    );
  };
  put(
    root,
    head("Audit log", "Who did what. Each entry is sealed together with the one before it, so that changes show."),
    verdict,
    card("Entries", log),
  );
  await Promise.all([draw(), check(verdict)]);
}

async function check(place) {
  const found = await get("/api/audit/verdict");
  const title = found.whole ? "The log is whole" : "The log was tampered with";
  const said = found.whole
    ? `All of its ${count(found.entries, "entry").replace("entrys", "entries")} fit their seals and follow each other.`
    : "Take the server off the network, keep a copy of its data folder, and see docs/operations.md.";
  put(
    place,
    el(
      "section",
      { class: found.whole ? "notice" : "notice notice-care" },
      el("h2", {}, title),
      el("p", {}, said),
      !found.whole &&
        el(
          "ul",
          { class: "list" },
          found.faults.map((fault) => el("li", {}, fault)),
        ),
    ),
  );
}

function row(entry) {
  const details = Object.entries(entry.details).map(([name, value], at) => [
    at > 0 && " · ",
    el("span", { class: "soft" }, `${name.replaceAll("_", " ")} `),
    shown(value),
  ]);
  const what = entry.action.replace(/[._]/g, " ");
  return [el("span", { class: "number" }, String(entry.number)), el("span", { class: "keep" }, when(entry.at)), entry.actor, what, details];
}

function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return el("span", {}, when(text));
  return /^[0-9a-f]{40,}$/.test(text)
    ? el("span", { class: "mono", title: text }, `${text.slice(0, 12)}…`)
    : el("span", {}, text || "–");
}

// What left this machine: a table that is a list of cards on a phone.

import { el } from "../dom.js";
import { sentence, size, when } from "../words.js";
import { card, empty, facts, more, tag } from "./pieces.js";

const KINDS = {
  sent: ["Update sent", "accent", "check"],
  refused: ["Refused here", "", "lock"],
  failed: ["Not answered", "", "warning"],
  model: ["Model received", "", "download"],
  keys: ["Public keys sent", "", "lock"],
};

function people(row) {
  if (row.kind !== "sent") return "–";
  if (row.people) return `${row.people} people, you among them`;
  return "nobody: this sum was never read";
}

function left(row) {
  if (row.kind === "sent")
    return [el("p", { class: "number" }, el("strong", {}, size(row.bytes + row.shares))), detail(row)];
  if (row.kind === "keys")
    return [
      el("p", { class: "number" }, size(row.bytes)),
      el("p", { class: "small soft" }, "One-time keys, with which others’ machines and yours agree on masks."),
    ];
  if (row.kind === "model") return el("p", {}, `nothing (${size(row.came)} came)`);
  return [el("p", {}, "nothing but this:"), el("p", { class: "small soft" }, sentence(row.reason))];
}

function detail(row) {
  const arrays = Object.entries(row.arrays).map(([name, shape]) => [
    name,
    `${shape.map((side) => side.toLocaleString()).join(" × ")} numbers`,
  ]);
  return more(
    "To the byte",
    facts([
      ["Masked update", `${row.bytes.toLocaleString()} bytes`],
      ...arrays,
      ["Pieces of masks, afterwards", `${row.shares.toLocaleString()} bytes`],
      ["Came before", `${row.came.toLocaleString()} bytes`],
      ["SHA-256 of what left", el("code", { class: "key-text" }, row.sha256)],
      ["SHA-256 before the masks", el("code", { class: "key-text" }, row.content_sha256)],
    ]),
  );
}

function ledgerRow(row) {
  const [words, tone, sign] = KINDS[row.kind];
  const cell = (kind, label, ...children) => el("td", { class: kind, "data-label": label }, children);
  return el(
    "tr",
    {},
    cell("ledger-when", "When", when(row.when)),
    cell(
      "ledger-what",
      "What",
      el("p", {}, tag(words, tone, sign)),
      row.round && el("p", { class: "small soft" }, `Round ${row.round}`),
    ),
    cell("ledger-left", "Left this machine", left(row)),
    cell(row.kind === "sent" ? "ledger-people" : "ledger-people ledger-nobody", "Summed with", people(row)),
  );
}

/** The card of the record; `data` has rounds and totals. */
export function sentRecord(data) {
  if (!data.rounds.length) {
    return card(
      "What left this machine",
      empty(
        "lock",
        "Nothing so far",
        "Whenever something leaves, it is written here first: when, in which round, how many bytes, and which numbers.",
      ),
    );
  }
  const head = ["When", "What", "Left this machine", "Summed with"].map((words) => el("th", { scope: "col" }, words));
  return card(
    "What left this machine",
    el(
      "div",
      { class: "ledger-sum" },
      el(
        "p",
        {},
        el("strong", {}, data.totals.updates.toLocaleString()),
        el("span", { class: "small soft" }, data.totals.updates === 1 ? "update" : "updates"),
      ),
      el("p", {}, el("strong", {}, size(data.totals.bytes)), el("span", { class: "small soft" }, "in all")),
    ),
    el(
      "table",
      { class: "ledger" },
      el("caption", { class: "unseen" }, "Rounds, newest first"),
      el("thead", {}, el("tr", {}, head)),
      el("tbody", {}, data.rounds.map(ledgerRow)),
    ),
  );
}

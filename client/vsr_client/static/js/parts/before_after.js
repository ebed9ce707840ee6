// What learning did, on recordings that it had not learnt from: a small picture and plain words.

import { el } from "../dom.js";
import { count, percent } from "../words.js";
import { more } from "./pieces.js";

/** Return a figure for {before, after}, each {uar, auroc, nll, ece, count}; figures may be null. */
export function beforeAfter({ before, after }) {
  const known = before.uar !== null && after.uar !== null;
  const words = known ? inWords(before.uar, after.uar) : "There were too few recordings to say how often it is right.";
  return el(
    "figure",
    { class: "before-after" },
    known && bars(before.uar, after.uar),
    el("figcaption", {}, words, el("span", { class: "soft" }, ` ${caution(after.count)}`)),
    more("The figures, explained", table(before, after)),
  );
}

function inWords(before, after) {
  const start = `Of recordings it had not learnt from, VSR gets ${percent(after)} right`;
  if (percent(before) === percent(after)) return `${start}, as many as before. Guessing would get ${percent(0.5)}.`;
  return `${start}; before it was ${percent(before)}. Guessing would get ${percent(0.5)}.`;
}

function caution(number) {
  if (number >= 40) return `Judged on ${count(number, "recording")} of yours.`;
  return `Judged on only ${count(number, "recording")} of yours, so take it as a hint.`;
}

function bars(before, after) {
  const bar = (share, name, kind) => [
    el("span", { class: "soft" }, name),
    el("span", { class: "bar-ground" }, el("span", { class: `bar ${kind}`, vars: { "--share": String(share) } })),
    el("strong", { class: "number" }, percent(share)),
  ];
  return el(
    "div",
    {
      class: "bars",
      role: "img",
      "aria-label": `Right calls: before ${percent(before)}, after ${percent(after)}, by guessing ${percent(0.5)}`,
    },
    bar(before, "before", "bar-before"),
    bar(after, "after", "bar-after"),
    el("span", { class: "bar-note small soft" }, "guessing"),
  );
}

const FIGURES = [
  [
    "uar",
    "Right calls",
    "How often it is right, positive and negative recordings weighing the same (balanced accuracy, UAR). Guessing gets 50 %.",
    percent,
  ],
  [
    "auroc",
    "Right order",
    "Of one positive and one negative recording, how often the positive one gets the higher chance (AUROC). Guessing gets 50 %.",
    percent,
  ],
  [
    "nll",
    "Surprise",
    "How much your labels surprised it (negative log-likelihood). Saying “50 %” always gets 0.69; less is better.",
    (value) => value.toFixed(2),
  ],
  [
    "ece",
    "Honesty",
    "How far its percentages lie from how often it is right then (calibration error). Less is better.",
    percent,
  ],
];

function table(before, after) {
  const shown = (value, as) => (value === null ? "–" : as(value));
  return el(
    "table",
    { class: "figures" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "Figure"),
        el("th", { scope: "col" }, "Before"),
        el("th", { scope: "col" }, "After"),
      ),
    ),
    el(
      "tbody",
      {},
      FIGURES.map(([name, label, text, as]) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, label, el("span", { class: "small soft" }, text)),
          el("td", { class: "number" }, shown(before[name], as)),
          el("td", { class: "number" }, shown(after[name], as)),
        ),
      ),
    ),
  );
}

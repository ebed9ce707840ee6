// What VSR says of a recording: in words, with a sign, and on a scale whose middle means "cannot tell".

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { percent, polarityOf, signOf, surenessOf, toneOf, verdictOf } from "../words.js";
import { tag } from "./pieces.js";

const SURE_WORDS = {
  unsure: "The chances are about even, so take this as no answer.",
  leaning: "It leans that way, no more.",
  "fairly sure": "Fairly sure, and still it can be wrong.",
};

/** A short tag of the verdict, for lists; the words carry it, the colour only helps. */
export function verdictTag(said) {
  if (!said) return tag("Not heard yet");
  const sure = said.sure ?? surenessOf(said.positive);
  if (sure === "unsure") return tag("Cannot tell");
  const polarity = polarityOf(said.positive);
  return tag(
    `${sure === "leaning" ? "Rather " : ""}${sure === "leaning" ? polarity : polarity[0].toUpperCase() + polarity.slice(1)}`,
    toneOf(polarity),
    signOf(polarity),
  );
}

/** The verdict in full: heading (h2), scale and a sentence. */
export function verdict(said) {
  const sure = said.sure ?? surenessOf(said.positive);
  const polarity = polarityOf(said.positive);
  const tone = sure === "unsure" ? "open" : toneOf(polarity);
  return el(
    "div",
    { class: "verdict", "data-tone": tone },
    el("span", { class: "verdict-sign" }, icon(sure === "unsure" ? "wave" : signOf(polarity))),
    el(
      "div",
      { class: "verdict-words" },
      el("h2", { tabindex: "-1" }, verdictOf(said.positive, sure)),
      el("p", { class: "soft" }, SURE_WORDS[sure]),
    ),
    scale(said.positive, sure),
  );
}

function scale(positive, sure) {
  const polarity = polarityOf(positive);
  const chance = polarity === "positive" ? positive : 1 - positive;
  const words = `${percent(chance)} ${polarity}, ${sure}`;
  return el(
    "div",
    {
      class: "scale",
      role: "img",
      "aria-label": `On a scale from negative to positive: ${words}`,
      vars: { "--at": String(positive) },
    },
    el(
      "div",
      { class: "scale-track" },
      el("span", { class: "scale-middle" }),
      el(
        "span",
        { class: "scale-mark" },
        el("span", { class: "scale-number number" }, `${percent(chance)} ${polarity}`),
      ),
    ),
    el(
      "div",
      { class: "scale-ends small" },
      el("span", {}, icon("cloud"), "negative"),
      el("span", { class: "scale-unsure" }, "cannot tell"),
      el("span", {}, "positive", icon("sun")),
    ),
  );
}

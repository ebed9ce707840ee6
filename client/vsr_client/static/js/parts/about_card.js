// About VSR: version, what its base is worth, licences.

import { el } from "../dom.js";
import { count, percent, sentence } from "../words.js";
import { card, facts, more } from "./pieces.js";

const ORIGINS = {
  trained: "made by the VSR project",
  imagenet: "from ImageNet’s pictures; it knows no voices yet",
  random: "random; it knows nothing yet",
};

function worthOf(worth) {
  if (!worth) return el("p", {}, "How good this base is was not measured. Take what it says as a guess.");
  const [low, high] = worth.uar_between;
  const figure = (number, words) => el("p", {}, el("strong", {}, number), el("span", { class: "small soft" }, words));
  return el(
    "div",
    { class: "stack" },
    el(
      "div",
      { class: "worth" },
      figure(percent(worth.uar), "judged right, both kinds counting the same"),
      figure(`${percent(low)} to ${percent(high)}`, "is where that number may truly lie"),
      figure(percent(worth.worst), "for the person it did worst on"),
    ),
    el(
      "p",
      { class: "small soft" },
      `On ${count(worth.recordings, "recording")} of ${count(worth.people, "actor")} whom it had never heard; a coin would be right half of the time. On your own voice and microphone it can be better or worse: that is what Teach is for.`,
    ),
  );
}

/** The card of what /api/about says. */
export function aboutCard({ version, base, worth, parts }) {
  return card(
    "About",
    facts([
      ["VSR", version],
      ["Base model", base.id],
      ["It is", ORIGINS[base.origin] ?? base.origin],
    ]),
    worthOf(worth),
    base.licence && more("Licence of the model", el("p", {}, sentence(base.licence))),
    more(
      "What VSR is made of",
      el(
        "ul",
        { class: "libraries small" },
        parts.map(({ name, version: number, licence }) =>
          el("li", {}, el("strong", {}, name), ` ${number}`, el("br"), el("span", { class: "soft" }, licence)),
        ),
      ),
    ),
  );
}

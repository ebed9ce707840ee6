// "Show my exact next update": asks for it, waits for it, and shows what it is before it is masked and leaves.

import { get, post } from "../api.js";
import { el, replace, say, svg } from "../dom.js";
import { percent, size } from "../words.js";
import { button, facts, more, notice, waiting } from "./pieces.js";

const LAYERS = [
  [/^conv5_block32_1_conv/, "Hearing: which patterns are mixed"],
  [/^conv5_block32_1_bn/, "Hearing: how strongly they count"],
  [/^conv5_block32_2_conv/, "Hearing: what new patterns are made"],
  [/^bn\//, "Hearing: the last balance"],
  [/^hidden/, "Judging: what patterns mean"],
  [/^polarity/, "Judging: positive or negative"],
];

const layerName = (name) => LAYERS.find(([pattern]) => pattern.test(name))?.[1] ?? name;

function figure(number, words) {
  return el("p", {}, el("strong", {}, number), el("span", { class: "small soft" }, words));
}

function spread({ reach, counts }) {
  const height = (number) => (number ? 6 + 94 * (Math.log1p(number) / Math.log1p(Math.max(...counts))) : 0);
  const bars = counts.map((number, place) =>
    svg("rect", { x: place * 10 + 1, y: 100 - height(number), width: 8, height: height(number), rx: 2 }),
  );
  const all = counts.reduce((sum, number) => sum + number, 0);
  const words = `${percent(counts[(counts.length - 1) / 2] / all)} of the numbers hardly move; none moves by more than ${reach.toPrecision(2)}.`;
  return el(
    "figure",
    {},
    svg(
      "svg",
      {
        class: "spread",
        viewBox: `0 0 ${counts.length * 10} 101`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": `How the changes are spread: ${words}`,
      },
      bars,
      svg("line", { x1: 0, x2: counts.length * 10, y1: 100.5, y2: 100.5 }),
    ),
    el(
      "div",
      { class: "spread-axis", "aria-hidden": "true" },
      el("span", {}, `−${reach.toPrecision(2)}`),
      el("span", {}, "no change"),
      el("span", {}, `+${reach.toPrecision(2)}`),
    ),
    el("figcaption", { class: "small soft" }, `How many numbers move how far (the heights are logarithmic). ${words}`),
  );
}

function layers(found) {
  const parts = new Map();
  for (const { name, norm } of found) parts.set(layerName(name), Math.hypot(parts.get(layerName(name)) ?? 0, norm));
  const most = Math.max(...parts.values(), 1e-12);
  return el(
    "ul",
    { class: "layers" },
    [...parts].map(([name, norm]) =>
      el(
        "li",
        {},
        el(
          "div",
          { class: "layer-name" },
          el("span", {}, name),
          el("span", { class: "small soft number" }, norm.toPrecision(3)),
        ),
        el("div", {
          class: "layer-bar",
          "aria-hidden": "true",
          vars: { "--share": `${Math.round((100 * norm) / most)}%` },
        }),
      ),
    ),
  );
}

function mayDiffer({ assumed }) {
  const reasons = [
    `The server numbers the rounds. This one is taken to be round ${assumed.round}; the number decides in which order your recordings are learnt from.`,
  ];
  if (!assumed.asked_before)
    reasons.push("No server has asked this machine yet, so how it will ask to learn is taken from what is usual.");
  if (!assumed.model_is_newest)
    reasons.push("The common model moves on with each round; this was learnt from the newest one here.");
  reasons.push("Recordings that you label or delete until then change it.");
  return el(
    "ul",
    { class: "together-points small" },
    reasons.map((reason) => el("li", {}, reason)),
  );
}

function numbersIn(update) {
  const [shape] = Object.values(update.arrays);
  return shape.reduce((product, side) => product * side, 1);
}

function shown(update) {
  const riding = Object.entries(update.metrics).map(([name, value]) => [
    name.replaceAll("_", " "),
    value.toPrecision(4),
  ]);
  return el(
    "div",
    { class: "stack stack-wide" },
    el(
      "div",
      { class: "update-figures" },
      figure(size(update.bytes), "would go in"),
      figure(numbersIn(update).toLocaleString(), "numbers"),
      figure(update.norm.toPrecision(3), "length of the change"),
    ),
    spread(update.histogram),
    el("h3", {}, "Where the model would move"),
    layers(update.layers),
    el("h3", {}, "What else is in it"),
    facts([["Labelled recordings", update.recordings.toLocaleString()], ...riding]),
    el(
      "p",
      { class: "small soft" },
      "These ride along as numbers, under the same masks, so that the sum can be weighed. Nothing else is in it: no sound, no label, no note, no name.",
    ),
    el(
      "div",
      { class: "row" },
      el("a", { class: "button", href: "/api/together/next-update/file", download: "" }, "Save the very bytes"),
    ),
    el(
      "p",
      { class: "small soft" },
      update.steps.includes("noise")
        ? "Before this leaves, noise is added and it is masked. What travels looks random and is a little larger, for pieces of the masks go along, sealed for the others."
        : "Before this leaves, it is masked. What travels looks random and is a little larger, for pieces of the masks go along, sealed for the others.",
    ),
    more(
      "How exact is this?",
      mayDiffer(update),
      el("p", { class: "small soft" }, "SHA-256 of the bytes, as the list above would name what went in:"),
      el("code", { class: "key-text" }, update.sha256),
    ),
  );
}

/** Fill `place` with the button and, once made, the update; return what stops listening. */
export function nextUpdate(place) {
  const made = el("div", { class: "update-made" });
  const make = button("Show my exact next update", { icon: "search", kind: "main" }, ask);
  replace(place, el("div", { class: "row" }, make), made);

  async function ask() {
    make.disabled = true;
    replace(made, waiting("Learning as in a round. Nothing is sent."));
    try {
      ended(await post("/api/together/next-update"));
    } catch (error) {
      failed(error.message);
    }
  }

  // Asked for now and then, as an event that came before this page listened would be waited for in vain.
  async function ended({ id }) {
    const { next_update: job } = (await get("/api/together")).jobs;
    if (gone || job?.id !== id) return;
    if (job.state === "running") setTimeout(() => ended(job).catch((error) => failed(error.message)), 700);
    else if (job.state === "done") await done();
    else failed(job.error?.message ?? "It was cancelled");
  }

  async function done() {
    try {
      replace(made, shown(await get("/api/together/next-update")));
      say("Your next update is shown.");
    } catch (error) {
      return failed(error.message);
    }
    make.disabled = false;
  }

  function failed(message) {
    replace(made, notice(message, { kind: "care" }));
    make.disabled = false;
  }

  let gone = false;
  return () => (gone = true);
}

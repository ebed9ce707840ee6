// What leaves and what never does, drawn: a house with a voice in it, a path of numbers, a common model, other houses.

import { el, svg } from "../dom.js";

const WAVE = [10, 22, 38, 26, 46, 34, 18, 30, 14];

const text = (x, y, words, kind = "", anchor = "middle") =>
  svg("text", { x, y, class: `together-text ${kind}`.trim(), "text-anchor": anchor }, words);

const path = (d, kind) => svg("path", { d, class: kind });

function house(x, y, scale, children = []) {
  return svg(
    "g",
    { transform: `translate(${x} ${y}) scale(${scale})` },
    path("M4 42 50 6l46 36v52a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4z", "together-house"),
    children,
  );
}

function wave(x, y, step, scale) {
  return svg(
    "g",
    {},
    WAVE.map((height, place) =>
      svg("rect", {
        x: x + place * step,
        y: y - (height * scale) / 2,
        width: step * 0.5,
        height: height * scale,
        rx: step * 0.25,
        class: place % 3 ? "together-warm" : "together-cool",
      }),
    ),
  );
}

const small = (x, y) => house(x, y, 0.72, [wave(29, 66, 5, 0.7)]);

function home(x, y) {
  return [
    house(x, y, 1.9),
    wave(x + 56, y + 104, 9.2, 1),
    text(x + 95, y + 152, "voice, labels, notes"),
    text(x + 95, y + 173, "stay here", "together-strong"),
  ];
}

function model(x, y, r) {
  return [
    svg("circle", { cx: x, cy: y, r, class: "together-model" }),
    text(x, y - 3, "common", "together-on"),
    text(x, y + 16, "model", "together-on"),
  ];
}

const wide = () =>
  svg(
    "svg",
    { viewBox: "0 0 720 236", class: "together-wide", "aria-hidden": "true", focusable: "false" },
    path("M212 112H336", "together-flow"),
    path("M336 150H212", "together-back"),
    path("M594 70 480 112M594 172 480 138", "together-flow"),
    text(274, 98, "learnt numbers"),
    text(274, 176, "a better model"),
    home(14, 22),
    model(406, 130, 66),
    small(594, 26),
    small(594, 136),
    text(630, 228, "other people’s machines", "together-soft"),
  );

const narrow = () =>
  svg(
    "svg",
    { viewBox: "0 0 340 420", class: "together-narrow", "aria-hidden": "true", focusable: "false" },
    path("M140 212V270", "together-flow"),
    path("M200 270V212", "together-back"),
    path("M84 350H112M256 350H228", "together-flow"),
    text(132, 246, "learnt numbers", "", "end"),
    text(208, 246, "a better model", "", "start"),
    home(75, 16),
    model(170, 336, 58),
    small(8, 308),
    small(260, 308),
    text(170, 414, "other people’s machines", "together-soft"),
  );

/** Return the picture: one for wide windows and one for phones, said in words for those who do not see it. */
export function togetherPicture() {
  const words =
    "A drawing. Your machine is a house: voice, labels and notes stay in it. A path of learnt numbers leads to a common model, to which other people’s machines contribute too. A better model comes back.";
  return el("div", { class: "together-picture", role: "img", "aria-label": words }, wide(), narrow());
}

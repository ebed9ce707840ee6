// The pictures that the network gets, and which parts of them would change its mind.

import { get } from "../api.js";
import { colour, drawn, el, paper, replace, say } from "../dom.js";
import { percent, plain, polarityOf, signOf, surenessOf, toneOf } from "../words.js";
import { button, notice, tag, waiting } from "./pieces.js";

const AT_ONCE = 12;

/** Pictures of every segment of `recording`, twelve at a time, with "what would change its mind". */
export function whatVsrSees(recording) {
  const segments = recording.said.segments;
  const strip = el("ol", { class: "pictures" });
  const overlays = new Map();
  const answer = el("div", { class: "stack", "aria-live": "polite" });
  const rest = button("Show more", { kind: "quiet" }, () => show());
  let why = null;
  const show = () => {
    const from = strip.childElementCount;
    for (const [index, segment] of segments.slice(from, from + AT_ONCE).entries()) {
      const shown = picture(recording, segment, from + index);
      overlays.set(from + index, shown.overlay);
      strip.append(shown.node);
      if (why)
        shown.overlay(
          why.parts.filter((part) => part.segment === from + index),
          segment,
        );
    }
    rest.hidden = strip.childElementCount >= segments.length;
  };
  show();

  const around = el(
    "div",
    { class: "pictures-around", role: "region", "aria-label": "Pictures of the recording" },
    strip,
  );
  // The keyboard needs to reach it only where there is something to scroll.
  drawn(around, () => {
    if (around.scrollWidth > around.clientWidth) around.setAttribute("tabindex", "0");
    else around.removeAttribute("tabindex");
  });

  const ask = button("What would change its mind?", { icon: "think" }, async () => {
    ask.disabled = true;
    replace(answer, waiting("VSR listens again, each time with a part covered. This takes a few seconds."));
    try {
      why = await get(`/api/recordings/${recording.id}/why`);
      replace(answer, notice(why.sentence, { icon: "think" }), legend());
      for (const [index, overlay] of overlays)
        overlay(
          why.parts.filter((part) => part.segment === index),
          segments[index],
        );
      ask.hidden = true;
      say(why.sentence);
    } catch (error) {
      ask.disabled = false;
      replace(answer, notice(error.message, { kind: "care" }));
    }
  });
  return el(
    "section",
    { class: "stack", "aria-label": "What VSR sees" },
    el("h3", {}, "What VSR sees"),
    el(
      "p",
      { class: "soft" },
      "VSR turns sound into pictures of four seconds: time runs to the right, deep tones lie below, high ones above, bright is loud.",
    ),
    around,
    rest,
    el("div", { class: "row" }, ask),
    answer,
  );
}

function legend() {
  return el(
    "p",
    { class: "row small soft" },
    el("span", { class: "why-sign why-warm" }),
    "speaks for positive (dotted)",
    el("span", { class: "why-sign why-cool" }),
    "speaks for negative (striped)",
  );
}

function picture(recording, segment, index) {
  const polarity = polarityOf(segment.positive);
  const words = `${percent(polarity === "positive" ? segment.positive : 1 - segment.positive)} ${polarity}`;
  const unsure = surenessOf(segment.positive) === "unsure";
  const image = el("img", {
    src: `/api/recordings/${recording.id}/segments/${index}.png`,
    width: "160",
    height: "160",
    loading: "lazy",
    alt: `Spectrogram of seconds ${plain(segment.start)} to ${plain(segment.end)}: ${words}`,
  });
  // Pictures of the first ten minutes are kept; the sound of a longer recording is kept whole.
  image.addEventListener("error", () => image.replaceWith(el("p", { class: "picture-none small" }, "No picture is kept of this late a moment.")));
  const cover = el("canvas", { class: "picture-cover", "aria-hidden": "true", hidden: true });
  const node = el(
    "li",
    { class: "picture" },
    el("div", { class: "picture-frame" }, image, cover),
    el(
      "div",
      { class: "picture-words" },
      el("span", { class: "small soft number" }, `${plain(segment.start)}–${plain(segment.end)} s`),
      tag(unsure ? `${words}?` : words, unsure ? "" : toneOf(polarity), unsure ? null : signOf(polarity)),
    ),
  );
  const overlay = (parts, { start, end }) => {
    cover.hidden = false;
    drawn(cover, () => drawParts(cover, parts, start, end));
  };
  return { node, overlay };
}

// Patterns as well as colours: dots speak for positive, stripes for negative.
function drawParts(canvas, parts, start, end) {
  const { context, width, height } = paper(canvas);
  const bands = [...new Set(parts.map((part) => part.low_hz))].sort((a, b) => a - b);
  const most = Math.max(0.02, ...parts.map((part) => Math.abs(part.shift)));
  // A segment's picture always spans four seconds, however short the sound in it.
  const seconds = Math.max(4, end - start);
  for (const part of parts) {
    const strength = Math.abs(part.shift) / most;
    if (strength < 0.15) continue;
    // The shift is what covering the part does, so what lowers the chance of positive spoke for it.
    const forPositive = part.shift < 0;
    const row = bands.indexOf(part.low_hz);
    const box = {
      x: ((part.start - start) / seconds) * width,
      w: ((part.end - part.start) / seconds) * width,
      y: height - ((row + 1) / bands.length) * height,
      h: height / bands.length,
    };
    context.globalAlpha = 0.2 + 0.6 * strength;
    context.fillStyle = context.strokeStyle = colour(forPositive ? "--warm" : "--cool");
    context.fillRect(box.x, box.y, box.w, box.h);
    context.globalAlpha = 0.9 * strength;
    context.fillStyle = context.strokeStyle = "#ffffff";
    if (forPositive) dots(context, box);
    else stripes(context, box);
  }
  context.globalAlpha = 1;
}

function dots(context, { x, y, w, h }) {
  for (let dx = 5; dx < w; dx += 9) {
    for (let dy = 5; dy < h; dy += 9) {
      context.beginPath();
      context.arc(x + dx, y + dy, 1.1, 0, 7);
      context.fill();
    }
  }
}

function stripes(context, { x, y, w, h }) {
  context.save();
  context.beginPath();
  context.rect(x, y, w, h);
  context.clip();
  context.beginPath();
  for (let at = -h; at < w; at += 7) {
    context.moveTo(x + at, y + h);
    context.lineTo(x + at + h, y);
  }
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

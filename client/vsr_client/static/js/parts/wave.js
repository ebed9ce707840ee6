// The wave of a recording, with what VSR hears along it and a cursor; as a slider it answers to the keyboard.

import { get } from "../api.js";
import { colour, drawn, el, paper } from "../dom.js";
import { clock, percent, plain, polarityOf, spoken } from "../words.js";

const STRIP = 10;
const GAP = 8;

/** A small wave for lists, drawn when it comes into view. */
export function miniWave(id) {
  const node = el("canvas", { class: "mini-wave", "aria-hidden": "true" });
  const seen = new IntersectionObserver(
    async ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      const found = await get(`/api/recordings/${id}/wave`, { points: 60 }).catch(() => null);
      if (found)
        drawn(node, () => {
          const { context, width, height } = paper(node);
          drawWave(context, found, { width, height, tone: () => colour("--line-strong") });
        });
    },
    { rootMargin: "600px" },
  );
  seen.observe(node);
  return node;
}

/**
 * The wave of `recording` for its page: {node, setTime(seconds), stop()}. `onSeek(seconds)` is called where the person
 * clicks or presses an arrow key.
 */
export async function seekableWave(recording, onSeek) {
  const found = await get(`/api/recordings/${recording.id}/wave`, { points: 600 });
  const segments = recording.said?.segments ?? [];
  const canvas = el("canvas", { "aria-hidden": "true" });
  const slider = el(
    "div",
    {
      class: "wave",
      role: "slider",
      tabindex: "0",
      "aria-label": "Place in the recording",
      "aria-valuemin": "0",
      "aria-valuemax": plain(found.seconds),
      "aria-valuenow": "0",
      "aria-valuetext": `start of ${spoken(found.seconds)}`,
    },
    canvas,
  );
  const node = el(
    "figure",
    { class: "wave-figure" },
    slider,
    el("figcaption", { class: "unseen" }, described(found, segments)),
  );
  let time = 0;

  const draw = () => {
    const { context, width, height } = paper(canvas);
    const body = segments.length ? height - STRIP - GAP : height;
    const played = colour("--accent");
    const rest = colour("--line-strong");
    drawWave(context, found, { width, height: body, tone: (share) => (share * found.seconds < time ? played : rest) });
    drawStrip(context, segments, found.seconds, { width, top: body + GAP });
    if (time > 0) {
      context.fillStyle = played;
      context.fillRect((time / found.seconds) * width - 1, 0, 2, height);
    }
  };
  const stop = drawn(canvas, draw);
  const setTime = (seconds) => {
    time = Math.max(0, Math.min(found.seconds, seconds));
    slider.setAttribute("aria-valuenow", plain(time));
    slider.setAttribute("aria-valuetext", `${plain(time)} of ${spoken(found.seconds)}${heardAt(segments, time)}`);
    draw();
  };
  const seek = (seconds) => {
    setTime(seconds);
    onSeek(time);
  };
  slider.addEventListener("pointerdown", (event) => {
    const box = slider.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * found.seconds);
  });
  slider.addEventListener("keydown", (event) => {
    const step = Math.max(0.25, found.seconds / 40);
    const steps = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: 4, PageDown: -4 };
    if (event.key in steps) seek(time + steps[event.key]);
    else if (event.key === "Home") seek(0);
    else if (event.key === "End") seek(found.seconds);
    else return;
    event.preventDefault();
  });
  return { node, setTime, stop };
}

function drawWave(context, { low, high }, { width, height, tone }) {
  const step = width / low.length;
  const every = Math.max(1, Math.ceil(4 / step));
  const loudest = Math.max(0.05, ...high, ...low.map((value) => -value));
  for (let at = 0; at < low.length; at += every) {
    const upper = Math.max(...high.slice(at, at + every)) / loudest;
    const lower = Math.min(...low.slice(at, at + every)) / loudest;
    const top = ((1 - upper) / 2) * height;
    const bottom = ((1 - lower) / 2) * height;
    const size = Math.max(2, bottom - top);
    context.fillStyle = tone(at / low.length);
    context.beginPath();
    context.roundRect(at * step + 0.5, (top + bottom - size) / 2, Math.max(1.5, every * step - 1.5), size, 1);
    context.fill();
  }
}

// Below the wave, what each four seconds sound like: warm or cool, the paler the less sure; words are beside the pictures.
function drawStrip(context, segments, seconds, { width, top }) {
  for (const { start, end, positive } of segments) {
    context.globalAlpha = 0.25 + 1.5 * Math.abs(positive - 0.5);
    context.fillStyle = colour(polarityOf(positive) === "positive" ? "--warm" : "--cool");
    context.beginPath();
    context.roundRect(
      (start / seconds) * width + 1,
      top,
      Math.max(2, ((Math.min(end, seconds) - start) / seconds) * width - 2),
      STRIP,
      STRIP / 2,
    );
    context.fill();
  }
  context.globalAlpha = 1;
}

function heardAt(segments, time) {
  const found = segments.find(({ start, end }) => time >= start && time < end);
  return found ? `, ${chance(found.positive)} there` : "";
}

function described({ seconds, high }, segments) {
  const loudest = (high.indexOf(Math.max(...high)) / high.length) * seconds;
  const parts = segments
    .slice(0, 12)
    .map(({ start, end, positive }) => `${clock(start)} to ${clock(end)} ${chance(positive)}`);
  return `Wave of ${spoken(seconds)}, loudest at ${plain(loudest)} seconds.${parts.length ? ` Heard: ${parts.join(", ")}.` : ""}`;
}

function chance(positive) {
  const polarity = polarityOf(positive);
  return `${percent(polarity === "positive" ? positive : 1 - positive)} ${polarity}`;
}

// The timeline: each day's mean with its interval, each recording a dot; days are reached by arrow keys.

import { dateOf, dayWords, daysBetween, plusDays, TONES } from "../days.js";
import { drawn, el, replace, svg } from "../dom.js";
import { count, percent } from "../words.js";

const HEIGHT = 270;
const TOP = 30;
const BOTTOM = 52;
const SIDE = 6;

/** A day in words: what the timeline says of it to eyes and ears. */
export function dayInWords(day) {
  const interval = day.mean === null ? "" : `, mean ${percent(day.mean)} positive, likely between ${percent(day.low)} and ${percent(day.high)}`;
  const tone = day.tone === "few" ? "" : `, ${TONES[day.tone].word}`;
  return `${dayWords(day.day)}: ${count(day.count, "recording")}${tone}${interval}`;
}

/** Return {node, stop()} for a period as /api/look-back gives it; `onDay(day)` when one is opened. */
export function timeline(period, onDay) {
  const plot = el("div", { class: "timeline" });
  const line = el("p", { class: "small soft timeline-words", "aria-hidden": "true" }, REST);
  const says = (text) => (line.textContent = text ?? REST);
  const stop = drawn(plot, () => plot.clientWidth && draw(plot, period, onDay, says));
  return { node: el("div", { class: "stack" }, plot, line), stop };
}

const REST = matchMedia("(hover: none)").matches
  ? "Touch a day to open it."
  : "Point at a day, or choose one with Tab and the arrow keys; Enter opens it.";

function draw(plot, period, onDay, says) {
  const width = plot.clientWidth;
  if (plot.dataset.width === String(width)) return;
  plot.dataset.width = String(width);
  // Nothing was before the first recording ever: no need to show how nothing looks.
  const first = period.first < period.first_ever ? period.first_ever : period.first;
  const length = daysBetween(first, period.last) + 1;
  const step = (width - 2 * SIDE) / length;
  const x = (day) => SIDE + step * (daysBetween(first, day) + 0.5);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "group", "aria-label": "Timeline, a day each" });
  drawing.append(...frame(first, width, x, y, length, step), ...trendLine(period, x, y), dots(period, x, y, step));
  const days = period.days.filter((day) => day.mean !== null).map((day) => dayMark(day, x(day.day), y, step, onDay, says));
  drawing.append(...days);
  roving(days);
  replace(plot, drawing);
}

function frame(first, width, x, y, length, step) {
  const lines = [1, 0.5, 0].map((level) => svg("line", { class: level === 0.5 ? "grid grid-middle" : "grid", x1: 0, x2: width, y1: y(level), y2: y(level) }));
  const ends = [
    svg("text", { class: "axis axis-warm", x: SIDE, y: y(1) - 9 }, "▲ sounds positive"),
    svg("text", { class: "axis axis-cool", x: SIDE, y: y(0) + 19 }, "▼ sounds negative"),
  ];
  const ticks = Math.min(length, Math.max(2, Math.floor(width / 110)));
  const labels = Array.from({ length: ticks }, (_, index) => {
    const day = plusDays(first, ticks === 1 ? 0 : Math.round((index * (length - 1)) / (ticks - 1)));
    // Under its day; the first and last are kept inside the drawing where days are narrower than their labels.
    const anchor = step > 60 || (index > 0 && index < ticks - 1) ? "middle" : index ? "end" : "start";
    const at = anchor === "start" ? SIDE : anchor === "end" ? width - SIDE : x(day);
    return svg("text", { class: "axis", x: at, y: HEIGHT - 8, "text-anchor": anchor }, dateOf(day).toLocaleDateString([], { day: "numeric", month: "short" }));
  });
  return [...lines, ...ends, ...labels];
}

function trendLine({ trend, days }, x, y) {
  const heard = days.filter((day) => day.mean !== null);
  if (trend.start === null || heard.length < 2) return [];
  const clamp = (value) => Math.min(1, Math.max(0, value));
  return [svg("line", { class: `trend trend-${trend.kind}`, x1: x(heard[0].day), y1: y(clamp(trend.start)), x2: x(heard.at(-1).day), y2: y(clamp(trend.end)) })];
}

/** Every recording as a dot; all of them are one path, so that thousands cost no more than ten. */
function dots(period, x, y, step) {
  const order = new Map();
  const many = new Map(period.days.map((day) => [day.day, day.heard]));
  const path = period.dots.map((dot) => {
    const index = order.get(dot.day) ?? 0;
    order.set(dot.day, index + 1);
    const aside = many.get(dot.day) > 1 ? (index / (many.get(dot.day) - 1) - 0.5) * Math.min(step * 0.6, 16) : 0;
    return `M${(x(dot.day) + aside).toFixed(1)} ${y(dot.positive).toFixed(1)}h.01`;
  });
  return svg("path", { class: "dots", d: path.join("") });
}

function dayMark(day, at, y, step, onDay, says) {
  const wide = Math.min(18, Math.max(2, step * 0.7));
  const words = dayInWords(day);
  const open = () => onDay(day.day);
  const kind = day.tone === "few" ? "few" : day.mean >= 0.5 ? "warm" : "cool";
  return svg(
    "g",
    {
      class: "day", role: "button", tabindex: "-1", "aria-label": words, "data-day": day.day, onclick: open,
      onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), open()),
      onfocus: () => says(words), onblur: () => says(null), onmouseenter: () => says(words), onmouseleave: () => says(null),
    },
    svg("rect", { class: "hit", x: at - step / 2, y: 0, width: step, height: HEIGHT - BOTTOM + 22 }),
    svg("rect", { class: "band", x: at - wide / 2, y: y(day.high), width: wide, height: Math.max(1, y(day.low) - y(day.high)), rx: Math.min(6, wide / 2) }),
    svg("circle", { class: `mean mean-${kind}`, cx: at, cy: y(day.mean), r: Math.min(5.5, Math.max(2.5, step / 2.2)) }),
  );
}

/** One stop for Tab; arrow keys, Home and End go from day to day. */
function roving(days) {
  const last = days.at(-1);
  last?.setAttribute("tabindex", "0");
  days.forEach((day, index) => {
    day.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: days.length - 1 }[event.key];
      if (to === undefined || !days[to]) return;
      event.preventDefault();
      for (const other of days) other.setAttribute("tabindex", "-1");
      days[to].setAttribute("tabindex", "0");
      days[to].focus();
    });
  });
}

/** The same in a table. */
export function dayTable(period) {
  const heads = ["Day", "Recordings", "Sounded to VSR", "Mean (likely between)", "You said"];
  const rows = period.days.toReversed().map((day) => el("tr", {},
    el("th", { scope: "row" }, dayWords(day.day, "short")),
    el("td", {}, String(day.count)),
    el("td", {}, TONES[day.tone].word),
    el("td", {}, day.mean === null ? "–" : `${percent(day.mean)} (${percent(day.low)} to ${percent(day.high)})`),
    el("td", {}, [day.positive && `${day.positive} positive`, day.negative && `${day.negative} negative`].filter(Boolean).join(", ") || "–")));
  return el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Days in a table" },
    el("table", { class: "days" }, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows)));
}

// Pictures as SVG, drawn to the width that they have; the numbers stand beside them as text or a table.

import { el, put, svg } from "./dom.js";

const LEFT = 46;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 28;
const HEIGHT = 200;

/**
 * A picture of `points` {x: label, y: number, kind, ring, aside: off the line}: "line", "steps" or "bars". `says` is what it shows in words,
 * `unit` what stands behind its numbers, `from` the lowest value of its scale (else the smallest there is).
 */
export function picture(points, { says, kind = "line", unit = "", from = null }) {
  const place = el("figure", { class: "picture", role: "img", "aria-label": says });
  const draw = () => place.clientWidth && put(place, drawn(points, place.clientWidth, { kind, unit, from }));
  new ResizeObserver(draw).observe(place);
  return place;
}

function drawn(points, width, { kind, unit, from }) {
  const values = points.map((point) => point.y);
  const marks = ticks(from ?? Math.min(...values), Math.max(...values));
  const [low, high] = [marks[0], marks.at(-1)];
  const step = (width - LEFT - RIGHT) / Math.max(points.length - (kind === "bars" ? 0 : 1), 1);
  const x = (at) => LEFT + (kind === "bars" ? at + 0.5 : points.length === 1 ? 0.5 : at) * step;
  const y = (value) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  return svg(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
    marks.map((mark) => [
      svg("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark) }),
      svg("text", { x: LEFT - 8, y: y(mark) + 4, "text-anchor": "end" }, `${short(mark)}${unit}`),
    ]),
    kind === "bars" ? bars(points, x, y, step) : line(points, x, y, low, kind === "steps"),
    labels(points, x, width),
  );
}

const bars = (points, x, y, step) =>
  points.map((point, at) => {
    const wide = Math.min(step * 0.7, 34);
    const top = Math.min(y(point.y), HEIGHT - BOTTOM - 2);
    return svg("rect", {
      class: point.kind ?? "good",
      x: x(at) - wide / 2,
      y: top,
      width: wide,
      height: HEIGHT - BOTTOM - top,
      rx: Math.min(3, wide / 2),
    });
  });

function line(points, x, y, low, steps) {
  const along = points.map((point, at) => [point, at]).filter(([point]) => !point.aside);
  const way = along.map(([point, at], first) => {
    if (first === 0) return `M${x(at)} ${y(point.y)}`;
    return steps ? `H${x(at)}V${y(point.y)}` : `L${x(at)} ${y(point.y)}`;
  });
  const end = points.length - 1;
  return [
    steps && svg("path", { class: "area", d: `${way.join("")}V${y(low)}H${x(0)}Z` }),
    end > 0 && svg("path", { class: "line", d: way.join("") }),
    points.map((point, at) => [
      point.ring && svg("circle", { class: "ring", cx: x(at), cy: y(point.y), r: 9 }),
      (!steps || end === 0) && svg("circle", { class: point.kind ?? "good", cx: x(at), cy: y(point.y), r: 4.5 }),
    ]),
  ];
}

function labels(points, x, width) {
  const room = Math.max(1, Math.floor((width - LEFT - RIGHT) / 64));
  const every = Math.ceil(points.length / room);
  return points.map((point, at) => {
    // From the last one back, since the newest is what is looked for.
    if ((points.length - 1 - at) % every) return null;
    const anchor = at === points.length - 1 && points.length > 1 ? "end" : "middle";
    return svg("text", { x: Math.min(x(at), width - RIGHT + 6), y: HEIGHT - 8, "text-anchor": anchor }, point.x);
  });
}

/** Round numbers that `low` and `high` lie between, at most six. */
function ticks(low, high) {
  if (low === high) [low, high] = [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1];
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

const short = (value) => (Math.abs(value) >= 10000 ? `${Number((value / 1000).toPrecision(3))}k` : String(value));

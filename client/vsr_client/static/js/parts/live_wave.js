// The voice as it comes in: bars that wander to the left.

import { colour, drawn, el, paper } from "../dom.js";

const STEP = 5;

/** Return {node, add(level), clear(), stop()}; a level is {peak, clipped}. */
export function liveWave() {
  const node = el("canvas", { class: "live-wave", "aria-hidden": "true" });
  let bars = [];
  let asked = false;
  const draw = () => {
    asked = false;
    const { context, width, height } = paper(node);
    const tones = { usual: colour("--accent"), loud: colour("--care"), rest: colour("--line") };
    const shown = Math.ceil(width / STEP);
    for (let index = 0; index < shown; index++) {
      const bar = bars[bars.length - shown + index];
      // The root makes soft speech visible: loudness is not felt in proportion.
      const size = bar ? Math.max(3, Math.sqrt(Math.min(1, bar.peak)) * height) : 3;
      context.fillStyle = !bar ? tones.rest : bar.clipped ? tones.loud : tones.usual;
      context.beginPath();
      context.roundRect(width - (shown - index) * STEP + 1, (height - size) / 2, 3, size, 1.5);
      context.fill();
    }
  };
  let stop = () => {};
  requestAnimationFrame(() => (stop = drawn(node, draw)));
  const soon = () => {
    if (!asked) requestAnimationFrame(draw);
    asked = true;
  };
  return {
    node,
    add: (level) => {
      bars.push(level);
      if (bars.length > 1200) bars = bars.slice(-600);
      soon();
    },
    clear: () => {
      bars = [];
      soon();
    },
    stop: () => stop(),
  };
}

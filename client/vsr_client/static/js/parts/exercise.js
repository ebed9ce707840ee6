// An exercise that the page paces: a word, a circle that breathes along, and seconds; stillness where that is wanted.

import { el, replace, say } from "../dom.js";
import { clock } from "../words.js";
import { openDialog } from "./dialog.js";
import { button } from "./pieces.js";

const TICK = 100;
const READY = { say: "Sit or stand as is comfortable.", seconds: 3, breath: "none" };

/** Open the exercise of `suggestion` and pace it. Resolves when it is over or closed. */
export async function pace(suggestion) {
  const { steps, rounds } = suggestion.exercise;
  const plan = [READY, ...Array.from({ length: rounds }, () => steps).flat()];
  const total = plan.reduce((sum, step) => sum + step.seconds, 0);
  const circle = el("div", { class: "breath", "aria-hidden": "true" }, el("div", { class: "breath-ring" }), el("div", { class: "breath-circle" }));
  const word = el("p", { class: "breath-word" });
  const seconds = el("p", { class: "breath-seconds number", "aria-hidden": "true" });
  const round = el("p", { class: "small soft number", "aria-hidden": "true" });
  const place = el("div", { class: "breath-stage" }, el("div", { class: "breath-place" }, circle, seconds), word, round);
  const foot = el("div", { class: "dialog-foot" });
  const opened = openDialog(suggestion.title, [place, foot]);
  opened.dialog.classList.add("breath-dialog");

  const walk = { plan, steps: steps.length, rounds, total, at: -1, left: 0, timer: null };
  const shown = { circle, word, seconds, round };
  const end = button("End", {}, () => opened.close());
  const pause = button("Pause", { icon: "pause", kind: "quiet" }, () => {
    if (walk.timer) {
      hold();
      replace(pause, el("span", {}, "Go on"));
    } else {
      run();
      replace(pause, el("span", {}, "Pause"));
    }
  });
  const moving = circle.lastChild;
  const hold = () => {
    clearInterval(walk.timer);
    walk.timer = null;
    moving.style.setProperty("transform", getComputedStyle(moving).transform);
  };
  const run = () => {
    moving.style.removeProperty("transform");
    circle.style.setProperty("--seconds", `${Math.max(0.1, walk.left)}s`);
    walk.timer = setInterval(() => tick(walk, shown) || finish(), TICK);
  };
  const finish = () => {
    hold();
    word.textContent = "Done. Stay a moment, if you like.";
    seconds.textContent = "";
    round.textContent = "";
    circle.dataset.breath = "none";
    say("Done. Stay a moment, if you like.");
    replace(foot, button("Close", { kind: "main" }, () => opened.close()));
    foot.querySelector("button").focus();
  };
  foot.append(pause, end);
  tick(walk, shown);
  run();
  await opened.closed;
  clearInterval(walk.timer);
}

/** Go on by one tick; false at the end. */
function tick(walk, shown) {
  walk.left -= TICK / 1000;
  if (walk.at < 0 || walk.left <= 0.001) {
    walk.at++;
    const step = walk.plan[walk.at];
    if (!step) return false;
    walk.left = step.seconds;
    begin(step, walk, shown);
  }
  shown.seconds.textContent = String(Math.max(1, Math.ceil(walk.left - 0.001)));
  return true;
}

function begin(step, walk, { circle, word, round }) {
  word.textContent = step.say;
  circle.style.setProperty("--seconds", `${step.seconds}s`);
  circle.dataset.breath = step.breath;
  say(step.say);
  const done = walk.plan.slice(0, walk.at).reduce((sum, one) => sum + one.seconds, 0);
  const now = Math.max(1, Math.ceil(walk.at / walk.steps));
  const rounds = walk.rounds > 1 ? `${Math.min(now, walk.rounds)} of ${walk.rounds} · ` : "";
  round.textContent = `${rounds}${clock(walk.total - done)} left`;
}

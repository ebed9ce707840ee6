// Learning: how much is still needed, one button, progress that can be cancelled, and what came of it.

import { del, post } from "../api.js";
import { el, replace, say } from "../dom.js";
import { icon } from "../icons.js";
import { refreshState, state } from "../state.js";
import { count } from "../words.js";
import { beforeAfter } from "./before_after.js";
import { button, notice, progressBar } from "./pieces.js";
import { toastError } from "./toast.js";

const NEEDED = 3;
// With fewer recordings nothing is trained, as personalise.py has it: what was said of them is remembered, in a moment.
const TRAINED_FROM = 40;

/** Return {node, draw(), heard(job)}: draw again when the state changed, and tell it of `train` jobs. */
export function trainingCard() {
  const place = el("div", { class: "stack" });
  const node = el("section", { class: "card training", "aria-labelledby": "training-title" }, place);
  let job = null;
  let bar = null;
  let says = null;
  let stopButton = null;
  let stopping = false;
  let drawnFor = null;

  const draw = () => {
    job ??= state?.jobs?.train ?? null;
    const running = job?.state === "running";
    if (running && bar?.isConnected) return follow();
    // Drawn anew only where something changed: what the person opened stays open, and the focus where it was.
    const { positive, negative } = state?.counts ?? {};
    const now = [job?.id, job?.state, positive, negative].join();
    if (now === drawnFor) return;
    drawnFor = now;
    replace(place, running ? going() : [...outcome(job), ...invitation()]);
  };
  const going = () => {
    bar = progressBar("Learning", job.progress);
    says = el("p", { class: "soft" }, sentence(job.says));
    return [
      el("h2", { id: "training-title", tabindex: "-1" }, "VSR is learning"),
      bar,
      says,
      el(
        "div",
        { class: "row row-between" },
        el("p", { class: "small soft" }, "You can record and listen meanwhile, or leave this page."),
        (stopButton = button("Cancel", { small: true }, cancel)),
      ),
    ];
  };
  const follow = () => {
    bar.value = job.progress;
    says.textContent = stopping ? "Stopping …" : sentence(job.says);
  };
  const invitation = () => {
    const { positive = 0, negative = 0 } = state?.counts ?? {};
    const missing = [NEEDED - positive, NEEDED - negative].map((left) => Math.max(0, left));
    const ready = missing.every((left) => left === 0);
    return [
      el(
        "h2",
        { id: "training-title" },
        !ready ? "What VSR needs" : job?.state === "done" ? "Learn again" : "Ready to learn",
      ),
      el(
        "div",
        { class: "needs" },
        need("positive", positive, "warm", "sun"),
        need("negative", negative, "cool", "cloud"),
      ),
      ready
        ? el(
            "p",
            { class: "soft" },
            `VSR learns from ${count(positive + negative, "recording")} of yours, on this machine, ${positive + negative < TRAINED_FROM ? "in a few seconds" : "in about a minute"}. It keeps what it learnt only where it holds on recordings it had not learnt from.`,
          )
        : el(
            "p",
            { class: "soft" },
            `${stillMissing(missing)}, and VSR can learn. Calm and neutral count as positive.`,
          ),
      el(
        "div",
        { class: "row" },
        button(
          job?.state === "done" ? "Learn again" : "Start learning",
          { kind: "main", icon: "teach", disabled: !ready },
          begin,
        ),
        ready ? null : el("a", { class: "button", href: "/listen" }, icon("microphone"), "Record"),
      ),
    ];
  };
  const begin = async () => {
    try {
      job = await post("/api/training");
      draw();
      node.querySelector("h2")?.focus();
      say("VSR is learning");
    } catch (error) {
      toastError(error);
    }
  };
  const cancel = async () => {
    stopping = true;
    stopButton.disabled = true;
    try {
      heard(await del("/api/training"));
    } catch (error) {
      toastError(error);
    }
  };
  const heard = (news) => {
    const ended = news.state !== "running" && job?.state !== news.state;
    job = news;
    if (ended) stopping = false;
    draw();
    if (ended) {
      refreshState().catch(() => {});
      say(place.querySelector("h2")?.textContent ?? "");
    }
  };
  return { node, draw, heard };
}

function outcome(job) {
  if (job?.state === "failed")
    return [notice(job.error?.message ?? "Learning did not work. Please try again.", { kind: "care" })];
  if (job?.state === "cancelled") return [notice("You stopped the learning. Nothing changed.")];
  if (job?.state !== "done" || !job.result?.before) return [];
  const { kept, before, after } = job.result;
  const better = before.uar !== null && after.uar > before.uar + 0.005;
  return [
    el(
      "div",
      { class: "outcome" },
      el(
        "h2",
        {},
        !kept
          ? "Nothing changes for now"
          : better
            ? "VSR knows your voice better now"
            : "VSR has learnt from your recordings",
      ),
      el(
        "p",
        { class: "soft" },
        kept
          ? "What it learnt is in use from here on."
          : "What it learnt did not hold on recordings it had not learnt from, so VSR stays as it was. A few more recordings may tip it.",
      ),
      beforeAfter(job.result),
    ),
  ];
}

function need(polarity, have, tone, sign) {
  const shown = Math.min(have, NEEDED);
  const dots = Array.from({ length: NEEDED }, (_, index) =>
    el("span", { class: index < shown ? "need-dot need-full" : "need-dot" }),
  );
  return el(
    "div",
    { class: `need need-${tone}` },
    icon(sign),
    el("span", { class: "need-word" }, polarity),
    el("span", { class: "need-dots", "aria-hidden": "true" }, dots),
    el("span", { class: "number" }, have < NEEDED ? `${have} of ${NEEDED}` : String(have)),
  );
}

function stillMissing([positive, negative]) {
  const parts = [positive && `${positive} more positive`, negative && `${negative} more negative`].filter(Boolean);
  const words = parts.join(" and ");
  return words[0].toUpperCase() + words.slice(1);
}

const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)} …` : "Starting …");

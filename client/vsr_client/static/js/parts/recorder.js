// The card that records: a text to read, the wave as it comes in, one big button.

import { el, replace, say } from "../dom.js";
import { icon } from "../icons.js";
import { clock } from "../words.js";
import { Capture } from "./capture.js";
import { LevelHints } from "./level_hints.js";
import { liveWave } from "./live_wave.js";
import { openMicrophone } from "./microphone.js";
import { button, notice } from "./pieces.js";
import { readingText } from "./reading_text.js";
import { toast } from "./toast.js";

const COUNTDOWN = 3;
const COUNT_MS = 800;
const LABELS = {
  idle: "Record",
  opening: "Opening the microphone …",
  countdown: "Cancel",
  recording: "Stop",
  hearing: "VSR is listening …",
};

/** Return {node, leave()}; `onRecorded(recording)` gets what was recorded and heard. `preferences` are the person's. */
export function recorder(onRecorded, preferences = {}) {
  return new RecorderCard(onRecorded, preferences);
}

class RecorderCard {
  constructor(onRecorded, preferences) {
    this.onRecorded = onRecorded;
    this.preferences = preferences;
    this.text = readingText(preferences.text_language);
    this.wave = liveWave();
    this.face = el("span", { class: "record-face" });
    this.label = el("span", { class: "record-label" });
    this.button = el("button", { type: "button", class: "record", onclick: () => this.press() }, this.face, this.label);
    this.time = el("p", { class: "record-time number", "aria-hidden": "true" });
    this.hint = el("p", { class: "record-hint", role: "status" });
    this.problem = el("div", { role: "alert" });
    this.discard = button("Throw away", { kind: "quiet", hidden: true }, () => this.throwAway());
    this.stage = el("div", { class: "record-stage" }, this.wave.node, this.button, this.time, this.hint, this.discard);
    this.node = el(
      "section",
      { class: "card recorder", "aria-labelledby": "recorder-title" },
      el("h2", { id: "recorder-title", class: "unseen" }, "Record"),
      this.text.node,
      this.stage,
      this.problem,
    );
    this.become("idle");
  }

  become(state) {
    this.state = state;
    this.node.dataset.state = state;
    this.label.textContent = LABELS[state];
    // Not `disabled`: that would take the focus from who works by keyboard.
    this.button.setAttribute("aria-disabled", String(state === "opening" || state === "hearing"));
    this.discard.hidden = state !== "recording";
    if (state !== "countdown") replace(this.face, icon(state === "recording" ? "stop" : "microphone"));
    if (state === "idle") this.hint.textContent = "Five to twenty seconds are plenty.";
    if (state === "idle" || state === "opening") this.time.textContent = "";
    if (state === "hearing") this.hint.textContent = "A moment, please.";
  }

  press() {
    if (this.state === "idle") return this.begin().catch((error) => this.fail(error));
    if (this.state === "countdown") return this.end();
    if (this.state === "recording") return this.finish();
  }

  async begin() {
    replace(this.problem);
    this.wave.clear();
    this.become("opening");
    let hints = null;
    this.microphone = await openMicrophone((block) => hints && this.heard(block, hints), this.preferences);
    const { missing, settings } = this.microphone;
    if (missing) toast(`“${missing}” is not there, so VSR takes ${settings.device}.`);
    hints = new LevelHints(settings.sample_rate);
    this.microphone.onEnded(() => this.state === "recording" && this.finish());
    if (this.gone) return this.end();
    this.become("countdown");
    // On a phone the time and the hints may lie under the navigation.
    this.stage.scrollIntoView({ block: "nearest" });
    say(`Recording starts in ${COUNTDOWN} seconds`);
    if (!(await this.countdown())) return;
    this.capture = await Capture.begin(settings, this.text.id());
    if (this.gone || this.state !== "countdown") return this.throwAway();
    this.become("recording");
    say("Recording");
  }

  async countdown() {
    const mine = (this.counting = {});
    for (let left = COUNTDOWN; left > 0; left--) {
      replace(this.face, el("span", { class: "record-count number" }, String(left)));
      this.hint.textContent = "Take a breath.";
      await new Promise((resolve) => setTimeout(resolve, COUNT_MS));
      if (this.counting !== mine || this.state !== "countdown") return false;
    }
    return true;
  }

  heard(block, hints) {
    if (!this.microphone) return; // blocks that were on their way when it was closed
    const level = hints.add(block);
    this.wave.add(level);
    this.node.style.setProperty("--level", Math.min(1, Math.sqrt(level.peak)).toFixed(3));
    if (this.state !== "recording") return;
    this.capture.add(block);
    this.time.textContent = clock(this.capture.seconds);
    if (this.hint.textContent !== level.hint) this.hint.textContent = level.hint;
    this.hint.dataset.kind = level.kind;
    if (this.capture.failure) this.fail(this.capture.failure);
  }

  async finish() {
    const capture = this.capture;
    this.become("hearing");
    this.close();
    try {
      const recording = await capture.finish();
      this.capture = null;
      if (this.gone) return toast("Your recording was kept.");
      this.become("idle");
      this.onRecorded(recording);
    } catch (error) {
      this.fail(error);
    }
  }

  async throwAway() {
    const capture = this.capture;
    this.end();
    await capture?.discard().catch(() => {});
    say("Thrown away");
  }

  fail(error) {
    this.end();
    replace(this.problem, notice(error.message, { kind: "care" }));
  }

  end() {
    this.capture = null;
    this.close();
    this.become("idle");
  }

  close() {
    this.counting = null;
    delete this.hint.dataset.kind;
    this.microphone?.close();
    this.microphone = null;
    this.node.style.setProperty("--level", "0");
  }

  /** The page is left: what is being recorded is kept. */
  leave() {
    this.gone = true;
    if (this.state === "recording") this.finish();
    else if (this.state !== "hearing") this.end();
    this.wave.stop();
  }
}

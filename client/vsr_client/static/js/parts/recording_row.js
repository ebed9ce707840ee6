// A recording in a list: its wave, when, what it is called, what it sounds like.

import { whenThere } from "../days.js";
import { el } from "../dom.js";
import { emotionLabel, polarityOf, signOf, spoken, toneOf } from "../words.js";
import { tag } from "./pieces.js";
import { player } from "./player.js";
import { verdictTag } from "./verdict.js";
import { miniWave } from "./wave.js";

/** Return {node, stop()}; `actions` (which show the label themselves) stand at the end of the row. */
export function recordingRow(recording, ...actions) {
  const here = recording.source === "microphone" || !recording.name;
  const at = whenThere(recording.recorded);
  const sound =
    recording.has_audio === false
      ? null
      : player(recording, { small: true, label: here ? `the recording of ${at}` : recording.name });
  const about = [here ? null : at, spoken(recording.seconds), actions.length ? heard(recording.said) : null].filter(
    Boolean,
  );
  const node = el(
    "li",
    { class: actions.length ? "recording recording-acts" : "recording", "data-id": recording.id },
    sound?.node ?? el("span", { class: "play-none" }),
    miniWave(recording.id),
    el(
      "div",
      { class: "recording-words" },
      el("a", { class: "recording-name", href: `/listen?recording=${recording.id}` }, here ? at : recording.name),
      el("span", { class: "small soft" }, about.join(" · ")),
      recording.note && el("span", { class: "small recording-note" }, recording.note),
    ),
    el(
      "div",
      { class: "recording-end" },
      actions.length ? actions : (labelTag(recording) ?? verdictTag(recording.said)),
    ),
  );
  return { node, stop: () => sound?.stop() };
}

function labelTag({ polarity, emotion }) {
  return (
    polarity &&
    tag(`You: ${emotion ? emotionLabel(emotion).toLowerCase() : polarity}`, toneOf(polarity), signOf(polarity))
  );
}

function heard(said) {
  if (!said) return "not heard yet";
  return said.sure === "unsure"
    ? "VSR could not tell"
    : `VSR heard ${said.sure === "leaning" ? "rather " : ""}${polarityOf(said.positive)}`;
}

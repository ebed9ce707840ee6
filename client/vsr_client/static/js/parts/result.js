// One recording in full: what VSR heard, why, and the person's word on it.

import { post } from "../api.js";
import { whenThere } from "../days.js";
import { el, replace } from "../dom.js";
import { state } from "../state.js";
import { spoken } from "../words.js";
import { deleteRecording } from "./delete_recording.js";
import { feedback } from "./feedback.js";
import { button, facts, more, notice } from "./pieces.js";
import { player } from "./player.js";
import { toastError } from "./toast.js";
import { verdict } from "./verdict.js";
import { seekableWave } from "./wave.js";
import { whatVsrSees } from "./what_vsr_sees.js";

/** Return {node, stop(), focus()} for `recording`; `onGone()` is called when it was deleted. */
export function result(recording, onGone) {
  const node = el("article", { class: "card result" });
  let stop = () => {};
  const draw = async (shown) => {
    stop();
    let wave = null;
    const sound = shown.has_audio === false ? null : player(shown, { onTime: (seconds) => wave?.setTime(seconds) });
    const waveAt = el("div", { class: "wave-place" });
    replace(
      node,
      el(
        "p",
        { class: "small soft" },
        [shown.source === "file" && shown.name, whenThere(shown.recorded), spoken(shown.seconds)]
          .filter(Boolean)
          .join(" · "),
      ),
      shown.said ? verdict(shown.said) : notHeard(shown, draw),
      (shown.warnings ?? []).map((warning) => notice(warning.message, { kind: "care" })),
      sound && el("div", { class: "listen-again" }, sound.node, waveAt),
      feedback(shown, (changed) => (shown = { ...shown, ...changed })),
      shown.said?.segments?.length ? whatVsrSees(shown) : null,
      more("About this recording", details(shown)),
      el(
        "div",
        { class: "row row-between" },
        again(shown, draw),
        button("Delete", { icon: "bin", kind: "quiet" }, () => deleteRecording(shown, onGone)),
      ),
    );
    stop = () => {
      sound?.stop();
      wave?.stop();
    };
    if (!sound) return;
    wave = await seekableWave(shown, sound.seek).catch(() => null);
    if (wave) waveAt.append(wave.node);
  };
  draw(recording);
  return {
    node,
    stop: () => stop(),
    focus: () => {
      node.scrollIntoView({ block: "start" });
      (node.querySelector("h2") ?? node).focus({ preventScroll: true });
    },
  };
}

function notHeard(recording, draw) {
  return notice(
    "VSR has not heard this recording yet.",
    {},
    el(
      "div",
      {},
      button("Listen now", { small: true }, () => listen(recording, draw)),
    ),
  );
}

function again(recording, draw) {
  if (!recording.said || !state?.head || state.head.id === recording.said.head) return el("span");
  return button("Hear it as VSR is now", { icon: "again", kind: "quiet" }, () => listen(recording, draw));
}

async function listen(recording, draw) {
  try {
    await draw(await post(`/api/recordings/${recording.id}/listen`));
  } catch (error) {
    toastError(error);
  }
}

const YES_NO = { true: "on", false: "off" };

function details({ capture, levels, said, source, name }) {
  const rows = [];
  if (source === "file") rows.push(["File", name]);
  if (capture) {
    rows.push(["Microphone", capture.device]);
    rows.push(["Sample rate", `${capture.sample_rate.toLocaleString()} Hz`]);
    const processing = [
      ["Echo cancellation", capture.echo_cancellation],
      ["Noise suppression", capture.noise_suppression],
      ["Automatic gain", capture.auto_gain],
    ];
    rows.push(...processing.map(([what, on]) => [what, YES_NO[on] ?? "the browser does not say"]));
  }
  if (levels)
    rows.push([
      "Loudest moment",
      `${Math.round(20 * Math.log10(Math.max(1e-5, levels.peak)))} dB below full scale`.replace("-", ""),
    ]);
  if (said)
    rows.push(["Heard by", said.head === "none" || said.head === "base" ? "the base that came with VSR" : said.head]);
  return facts(rows);
}

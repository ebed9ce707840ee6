// Listen: record or bring a file, see what VSR hears, say whether it is right.

import { get } from "../api.js";
import { el, replace } from "../dom.js";
import { onLive } from "../live.js";
import { bringFiles } from "../parts/bring_files.js";
import { notice, pageHead } from "../parts/pieces.js";
import { recorder } from "../parts/recorder.js";
import { recordingRow } from "../parts/recording_row.js";
import { result } from "../parts/result.js";
import { unfinishedNotices } from "../parts/unfinished.js";
import { refreshState, state } from "../state.js";

export const title = "Listen";
export const styles = ["recordings.css", "listen.css"];

const LATELY = 4;

export async function show(root) {
  const resultPlace = el("div", { class: "stack", hidden: true });
  const lately = el("div", {});
  let shown = null;
  let rows = [];

  const greeting = state?.counts?.recordings ? null : welcome();
  const present = (recording, focus = true) => {
    greeting?.remove();
    shown?.stop();
    shown = result(recording, () => hide());
    resultPlace.hidden = false;
    replace(resultPlace, shown.node);
    history.replaceState(history.state, "", `/listen?recording=${recording.id}`);
    if (focus) shown.focus();
  };
  const hide = () => {
    shown?.stop();
    shown = null;
    resultPlace.hidden = true;
    replace(resultPlace);
    root.querySelector("h1").focus();
    history.replaceState(history.state, "", "/listen");
  };
  const drawLately = async () => {
    const { items } = await get("/api/recordings", { limit: LATELY });
    if (!root.isConnected) return;
    rows.forEach((row) => row.stop());
    rows = items.map((item) => recordingRow(item));
    replace(
      lately,
      rows.length
        ? el(
            "section",
            { class: "card card-quiet", "aria-labelledby": "lately-title" },
            el(
              "div",
              { class: "card-head" },
              el("h2", { id: "lately-title" }, "Lately"),
              el("a", { href: "/teach" }, "All recordings"),
            ),
            el(
              "ul",
              { class: "list" },
              rows.map((row) => row.node),
            ),
          )
        : null,
    );
  };

  const asked = new URLSearchParams(location.search).get("recording");
  const [preferences, recording] = await Promise.all([
    get("/api/preferences").catch(() => ({})),
    asked ? get(`/api/recordings/${asked}`).catch((error) => ({ missing: error })) : null,
    drawLately().catch(() => {}),
  ]);
  const card = recorder(present, preferences);
  const files = bringFiles((heard, together) => {
    greeting?.remove();
    if (together === 1 && root.isConnected) present(heard);
  });
  replace(
    root,
    pageHead(
      "How do you sound?",
      "Say a few sentences. VSR tells you what it hears, and you tell it whether that is right.",
    ),
    greeting,
    unfinishedNotices(state?.unfinished ?? [], (kept) => {
      refreshState().catch(() => {});
      present(kept);
    }),
    resultPlace,
    card.node,
    files.node,
    lately,
  );
  if (recording?.missing) resultPlace.before(notice(missing(recording.missing), { kind: "care" }));
  else if (recording) present(recording, false);
  const quiet = onLive("recordings", () => drawLately().catch(() => {}));
  return () => {
    quiet();
    card.leave();
    files.leave();
    shown?.stop();
    rows.forEach((row) => row.stop());
  };
}

/** What to say where the asked recording cannot be shown. */
const missing = ({ code, message }) =>
  code === "not_found" ? "This recording is not here any more. Your other recordings are on Teach." : message;

function welcome() {
  return el(
    "section",
    { class: "card welcome", "aria-labelledby": "welcome-title" },
    el("h2", { id: "welcome-title" }, "Welcome"),
    el(
      "ul",
      { class: "welcome-list" },
      el(
        "li",
        {},
        "VSR guesses from the sound of a voice whether it carries positive or negative emotion, and learns yours from your corrections.",
      ),
      el("li", {}, "What you record is encrypted and stays on this machine."),
      el("li", {}, "It diagnoses nothing and can be wrong about anybody, so your own word always counts more."),
    ),
  );
}

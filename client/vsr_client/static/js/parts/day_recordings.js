// A day opened: its recordings, to play, to write a note on, to delete.

import { get, patch } from "../api.js";
import { dayWords } from "../days.js";
import { el, replace } from "../dom.js";
import { count, emotionLabel, sentence, signOf, toneOf } from "../words.js";
import { deleteRecording } from "./delete_recording.js";
import { openDialog } from "./dialog.js";
import { button, field, iconButton, tag, waiting } from "./pieces.js";
import { recordingRow } from "./recording_row.js";
import { toast, toastError } from "./toast.js";

const PAGE = 25;

/** Open the recordings of `day`; `onChange()` after a note or a deletion. Resolves when it is closed. */
export async function openDay(day, onChange) {
  const list = el("ul", { class: "list recordings" });
  const place = el("div", { class: "stack" }, waiting("Looking"));
  const foot = el("div", { class: "dialog-foot" });
  const opened = openDialog(dayWords(day), [place, foot], { wide: true });
  foot.append(button("Close", {}, () => opened.close()));
  opened.dialog.addEventListener("click", (event) => event.target.closest("a[href]") && opened.close());
  const rows = [];
  const stopAll = () => rows.splice(0).forEach((row) => row.stop());
  let shown = PAGE;
  const changed = async () => {
    await load();
    place.querySelector("p").focus();
    await onChange();
  };
  const load = async () => {
    try {
      const { total, items } = await get("/api/recordings", { from: day, to: day, limit: shown });
      stopAll();
      rows.push(...items.map((recording) => entry(recording, changed)));
      replace(list, ...rows.map((row) => row.node));
      const more = total > items.length ? button(`Show more of ${total}`, { kind: "quiet" }, () => ((shown += PAGE), load())) : null;
      replace(place, items.length ? [el("p", { class: "soft", tabindex: "-1" }, count(total, "recording")), list, more] : el("p", { tabindex: "-1" }, "Nothing is kept of this day any more."));
    } catch (error) {
      replace(place, el("p", {}, sentence(error.message)));
    }
  };
  await load();
  await opened.closed;
  stopAll();
}

function entry(recording, changed) {
  const { polarity, emotion } = recording;
  return recordingRow(
    recording,
    polarity && tag(`You: ${emotion ? emotionLabel(emotion).toLowerCase() : polarity}`, toneOf(polarity), signOf(polarity)),
    iconButton(recording.note ? "Change the note" : "Write a note", "note", () => editNote(recording, changed)),
    iconButton("Delete this recording", "bin", () => deleteRecording(recording, changed)),
  );
}

/** Ask for a note on `recording` and keep it. */
export async function editNote(recording, changed) {
  const input = el("textarea", { class: "textarea", rows: "4", maxlength: "2000", value: recording.note });
  const opened = openDialog("Note", [
    field("What was going on?", input, "For you alone; kept encrypted like everything else."),
    el("div", { class: "dialog-foot" }, button("Not now", {}, () => opened.close()), button("Keep", { kind: "main" }, () => opened.close("keep"))),
  ]);
  input.focus();
  if ((await opened.closed) !== "keep" || input.value === recording.note) return;
  try {
    await patch(`/api/recordings/${recording.id}`, { note: input.value });
    toast(input.value.trim() ? "Note kept" : "Note taken away");
    await changed();
  } catch (error) {
    toastError(error);
  }
}

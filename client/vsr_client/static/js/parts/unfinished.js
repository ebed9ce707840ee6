// Recordings that were interrupted (a crash, an empty battery): kept or thrown away, as the person says.

import { del, post } from "../api.js";
import { whenThere } from "../days.js";
import { el } from "../dom.js";
import { spoken } from "../words.js";
import { button, notice } from "./pieces.js";
import { toast, toastError } from "./toast.js";

/** Notices, one a capture of `unfinished`; `onKept(recording)` where the person keeps one. */
export function unfinishedNotices(unfinished, onKept) {
  return unfinished.map((capture) => {
    const end = async (act) => {
      try {
        const recording = await act();
        node.remove();
        return recording;
      } catch (error) {
        toastError(error);
        return null;
      }
    };
    const keep = button("Keep it", { kind: "main", small: true }, async () => {
      const recording = await end(() => post(`/api/captures/${capture.id}/finish?keep=1`));
      if (recording) onKept(recording);
    });
    const discard = button("Throw away", { small: true }, async () => {
      await end(() => del(`/api/captures/${capture.id}`));
      toast("Thrown away");
    });
    const node = notice(
      `A recording of ${spoken(capture.seconds)} was interrupted (${whenThere(capture.recorded)}). What was said until then is safe.`,
      { icon: "microphone" },
      el("div", { class: "row" }, keep, discard),
    );
    return node;
  });
}

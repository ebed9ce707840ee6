// Deleting everything: asked for in words, from the settings and where a passphrase is lost.

import { post } from "../api.js";
import { el } from "../dom.js";
import { openDialog } from "./dialog.js";
import { button, field } from "./pieces.js";
import { toastError } from "./toast.js";

const WORDS = "forget everything";

/** Ask for the words, delete everything, and begin anew. */
export function openForgetting() {
  const input = el("input", { class: "input", autocomplete: "off", spellcheck: "false" });
  const go = button("Delete everything", { kind: "care-main", disabled: true }, async () => {
    go.disabled = true;
    try {
      await post("/api/forget-everything", { confirm: input.value });
      location.assign("/");
    } catch (error) {
      toastError(error);
      go.disabled = false;
    }
  });
  input.addEventListener("input", () => (go.disabled = input.value.trim().toLowerCase() !== WORDS));
  const opened = openDialog("Delete everything?", [
    el(
      "p",
      {},
      "Every recording, label, note, personal head, setting and key on this machine. The key goes first, so that nothing that may be left over on the disk can be opened. Nobody can undo this.",
    ),
    el(
      "p",
      {},
      "What you contributed to a common model stays in that model. Backups that you saved elsewhere stay where they are.",
    ),
    field(`Type “${WORDS}”`, input),
    el(
      "div",
      { class: "dialog-foot" },
      button("Keep everything", {}, () => opened.close("")),
      go,
    ),
  ]);
  input.focus();
}

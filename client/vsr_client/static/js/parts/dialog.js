// Dialogs: the browser's own, which hold the focus and close by Escape.

import { el } from "../dom.js";
import { button } from "./pieces.js";

let dialogs = 0;

/** Open a dialog with `title` and `children`; return {dialog, close, closed} (a promise of what it was closed with). */
export function openDialog(title, children, { wide = false } = {}) {
  const id = `dialog-${++dialogs}`;
  const dialog = el(
    "dialog",
    { class: wide ? "dialog dialog-wide" : "dialog", "aria-labelledby": id },
    el("h2", { id }, title),
    ...children,
  );
  document.body.append(dialog);
  const closed = new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  dialog.showModal();
  return { dialog, closed, close: (value = "") => dialog.close(value) };
}

/**
 * Ask before something happens; true where the person agreed. `care` for what cannot be taken back; `word` asks the person
 * to type it first.
 */
export async function confirm(title, text, { yes = "Yes", no = "Not now", care = false, word = null } = {}) {
  const agree = button(yes, { kind: care ? "care-main" : "main" }, () => opened.close("yes"));
  const refuse = button(no, { autofocus: true }, () => opened.close(""));
  const children = [el("p", {}, text)];
  if (word) {
    const input = el("input", { class: "input", autocomplete: "off", spellcheck: "false", id: "confirm-word" });
    input.addEventListener("input", () => (agree.disabled = input.value.trim().toLowerCase() !== word));
    agree.disabled = true;
    children.push(
      el("div", { class: "field" }, el("label", { for: "confirm-word" }, `Type “${word}” to go on`), input),
    );
  }
  const opened = openDialog(title, [...children, el("div", { class: "dialog-foot" }, refuse, agree)]);
  return (await opened.closed) === "yes";
}

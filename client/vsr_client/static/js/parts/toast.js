// Short sentences that come and go; also read out.

import { el, say } from "../dom.js";
import { sentence } from "../words.js";

const SECONDS = 5;

/** Show `text` for a while; `action` {label, run} adds a button to it. */
export function toast(text, action = null) {
  const shown = el("div", { class: "toast" }, el("span", {}, text));
  const gone = () => shown.remove();
  if (action) {
    shown.append(el("button", { type: "button", onclick: () => (gone(), action.run()) }, action.label));
  }
  document.getElementById("toasts").append(shown);
  say(text);
  setTimeout(gone, (action ? 2 : 1) * SECONDS * 1000);
}

/** Show what went wrong, in the app's own words. */
export function toastError(error) {
  toast(sentence(error.message || "Something went wrong. Please try again."));
}

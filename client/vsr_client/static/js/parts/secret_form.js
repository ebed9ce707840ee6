// Forms that ask for passphrases.

import { el, replace } from "../dom.js";
import { button, field, notice } from "./pieces.js";

const SHORTEST = 8;

/** Return [input, labelled field] for a passphrase. */
export function password(label, autocomplete, hint) {
  const input = el("input", { class: "input", type: "password", autocomplete, maxlength: "1000" });
  return [input, field(label, input, hint)];
}

/** A form that runs `act` when sent and shows what went wrong below its fields. */
export function form(fields, label, act, kind = "main") {
  const trouble = el("div", { role: "alert" });
  const go = button(label, { kind, type: "submit" });
  const made = el("form", { class: "stack" }, fields, trouble, el("div", { class: "row" }, go));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    replace(trouble);
    go.disabled = true;
    try {
      await act();
    } catch (error) {
      replace(trouble, notice(error.message, { kind: "care" }));
    }
    go.disabled = false;
  });
  return made;
}

/** Throw where a new passphrase is too short or not the same twice. */
export const matching = (first, second) => {
  if (first.length < SHORTEST)
    throw new Error(`A passphrase has at least ${SHORTEST} characters; four or five words of your own are good`);
  if (first !== second) throw new Error("The two are not the same; type the new passphrase twice");
};

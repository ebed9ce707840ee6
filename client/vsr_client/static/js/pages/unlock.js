// Unlock: the passphrase that opens the person's data, or the choice of one.

import { start } from "../app.js";
import { post } from "../api.js";
import { el, replace } from "../dom.js";
import { openForgetting } from "../parts/forgetting.js";
import { button, field, more, notice, pageHead } from "../parts/pieces.js";
import { state } from "../state.js";

export const title = "Unlock";

const SHORTEST = 8;

export async function show(root) {
  const fresh = Boolean(state.new) || state.needs_passphrase === "choose";
  const type = { type: "password", class: "input", required: true };
  const first = el("input", {
    ...type,
    autocomplete: fresh ? "new-password" : "current-password",
    minlength: fresh ? String(SHORTEST) : null,
  });
  const second = el("input", { ...type, autocomplete: "new-password" });
  const problem = el("div", { role: "alert" });
  const open = button(fresh ? "Keep my data with this" : "Open", { kind: "main", icon: "lock", type: "submit" });
  const form = el(
    "form",
    { class: "card", novalidate: true },
    field(
      "Passphrase",
      first,
      fresh ? `At least ${SHORTEST} characters; a sentence that only you would say is easy to keep in mind.` : null,
    ),
    fresh && field("The same once more", second),
    problem,
    el("div", { class: "row" }, open),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fresh && objection(first.value, second.value);
    if (wrong) return void replace(problem, notice(wrong, { kind: "care" }));
    open.disabled = true;
    replace(problem);
    try {
      await post("/api/unlock", { passphrase: first.value, create: fresh });
      await start();
    } catch (error) {
      open.disabled = false;
      replace(problem, notice(error.message, { kind: "care" }));
      first.select();
    }
  });
  replace(
    root,
    fresh
      ? pageHead(
          "Choose a passphrase",
          "Everything that VSR keeps of you is sealed with it. This machine has no keyring that could remember it for you, so nobody can open your data without it: not even you.",
        )
      : pageHead("Welcome back", "Your recordings are sealed. Your passphrase opens them."),
    form,
    fresh
      ? null
      : more(
          "Passphrase lost?",
          el(
            "div",
            { class: "stack" },
            el(
              "p",
              {},
              "Nobody can open your data without it. You can delete everything and begin anew; a backup, if you saved one, brings everything back with the backup’s own passphrase.",
            ),
            el("div", { class: "row" }, button("Delete everything…", { icon: "bin", kind: "care" }, openForgetting)),
          ),
        ),
  );
  first.focus();
}

function objection(first, second) {
  if (first.length < SHORTEST) return `Please take at least ${SHORTEST} characters.`;
  if (first !== second) return "The two are not the same. Please type them again.";
  return null;
}

// Joining a federation: paste an invitation, look before you trust.

import { post } from "../api.js";
import { el, replace } from "../dom.js";
import { when } from "../words.js";
import { openDialog } from "./dialog.js";
import { print } from "./identity.js";
import { button, card, facts, field, notice } from "./pieces.js";
import { toast } from "./toast.js";

/** The card for who takes no part yet; `changed(data)` once they do, `promises()` are those of the page. */
export function joining(changed, promises) {
  const input = el("textarea", {
    class: "textarea invitation",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "vsr-invitation:2:…",
    rows: "4",
  });
  const trouble = el("div", { role: "alert" });
  const look = button("Look at it", { icon: "search", kind: "main" }, async () => {
    replace(trouble);
    look.disabled = true;
    try {
      const seen = await post("/api/together/look", { invitation: input.value });
      await trusting(seen, input.value, changed, promises());
    } catch (error) {
      replace(trouble, notice(error.message, { kind: "care" }));
    }
    look.disabled = false;
  });
  return card(
    "Take part",
    el(
      "p",
      {},
      "Whoever runs a federation can invite you: a hospital, a study, a group of friends. An invitation is one long line of text. Looking at it does not join anything yet.",
    ),
    field("Your invitation", input, "Paste the whole line, as you got it."),
    trouble,
    el("div", { class: "row" }, look),
  );
}

function warnings(seen) {
  const found = [];
  if (seen.answers === "stranger") found.push(notice(seen.says, { kind: "care" }));
  if (seen.answers === "no") found.push(notice(seen.says));
  if (seen.base_fits === false)
    found.push(
      notice(
        "This federation improves another base model than the one you have. You can join, but every round will be refused until you have that base.",
        { kind: "care" },
      ),
    );
  return found;
}

async function trusting(seen, invitation, changed, promises) {
  const compared = el("input", { type: "checkbox", id: "compared" });
  const trouble = el("div", { role: "alert" });
  const join = button("Trust and join", { kind: "main", disabled: true }, async () => {
    join.disabled = true;
    replace(trouble);
    try {
      const data = await post("/api/together/join", { invitation });
      changed(data);
      toast(data.certified ? "You joined, and the server let this machine in." : "You joined.");
      opened.close("joined");
    } catch (error) {
      replace(trouble, notice(error.message, { kind: "care" }));
      join.disabled = false;
    }
  });
  compared.addEventListener("change", () => (join.disabled = !compared.checked || seen.answers === "stranger"));
  const opened = openDialog(
    "Look before you trust",
    [
      el(
        "p",
        {},
        "Your machine would send its updates to this server and to no other, under masks that cancel in sums alone, and take only models that this federation signed.",
      ),
      facts([
        ["Server", el("strong", {}, seen.server)],
        ["Calls itself", seen.organisation || "nothing"],
        ["Certificate until", new Date(seen.authority_until).toLocaleDateString([], { dateStyle: "long" })],
        ["Invitation until", when(seen.expires)],
        ["Answers now", { yes: "yes, and it is the one", no: "no", stranger: "somebody else does" }[seen.answers]],
      ]),
      el(
        "div",
        { class: "stack" },
        el("h3", {}, "Fingerprint"),
        print(seen.fingerprint),
        el(
          "p",
          { class: "small soft" },
          "It is over everything that you would trust: the server’s authority, the key that signs models, the key that certifies people. The name above can be anything; this cannot. Ask the operator for it on another way, by telephone or on paper, and compare.",
        ),
      ),
      ...warnings(seen),
      ...promises.filter(({ kept }) => !kept).map(({ title: open }) => notice(`${open}.`, { kind: "care" })),
      el(
        "label",
        { class: "switch", for: "compared" },
        compared,
        el("span", {}, "I compared the fingerprint, or I trust the way this invitation came."),
      ),
      trouble,
      el(
        "div",
        { class: "dialog-foot" },
        button("Not now", { autofocus: true }, () => opened.close("")),
        join,
      ),
    ],
    { wide: true },
  );
  await opened.closed;
}

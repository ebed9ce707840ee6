// What is promised to who takes part, and what is not.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { card } from "./pieces.js";
import { privacyBudget } from "./privacy_budget.js";

/** The card of what is promised and what is not, with the privacy budget; `changed(data)` where that is chosen. */
export function promisesCard({ promises, budget }, changed) {
  const item = ({ kept, title: head, text }) =>
    el(
      "li",
      { class: kept ? null : "promise-open" },
      el("span", { class: "promise-mark" }, icon(kept ? "check" : "warning")),
      el(
        "div",
        {},
        el("h3", {}, el("span", { class: "unseen" }, kept ? "Kept: " : "Open: "), head),
        el("p", { class: "soft" }, text),
      ),
    );
  return card(
    "What is promised, and what is not",
    el("ul", { class: "promises" }, promises.map(item)),
    budget && privacyBudget(budget, changed),
  );
}

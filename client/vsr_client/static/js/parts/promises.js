// What is promised to who takes part, and what is not.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { card } from "./pieces.js";
import { privacyBudget } from "./privacy_budget.js";
import { smallestSum } from "./smallest_sum.js";

/** The card of what is promised and what is not, with smallest sum and privacy budget; `changed(data)` after a choice. */
export function promisesCard({ promises, budget, smallest_sum: people }, changed) {
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
    people && smallestSum(people, changed),
    budget && privacyBudget(budget, changed),
  );
}

// The privacy budget: how much may be learnt about a person over all rounds, what is spent, and what the figure means.

import { post } from "../api.js";
import { el } from "../dom.js";
import { facts, field, more } from "./pieces.js";
import { toast, toastError } from "./toast.js";
import { count } from "../words.js";

const CHOICES = [
  [null, "No limit"],
  [1, "1 – very strict"],
  [2, "2 – strict"],
  [4, "4 – moderate"],
  [8, "8 – loose"],
];

/** How often of 100 somebody who bet even odds on whether a person took part can be right at most. */
const right = (epsilon) => Math.min(100 / (1 + Math.exp(-epsilon)), 99.97);
const shown = (number) => number.toLocaleString([], { maximumSignificantDigits: 3 });

/** The lines about the `budget` of /api/together; `changed` gets its answer after a choice. */
export function privacyBudget(budget, changed) {
  const known = CHOICES.some(([most]) => most === budget.most);
  const choices = known ? CHOICES : [...CHOICES, [budget.most, shown(budget.most)]];
  const select = el(
    "select",
    { class: "select", id: "privacy-budget" },
    choices.map(([most, name]) => el("option", { value: most ?? "", selected: most === budget.most }, name)),
  );
  select.addEventListener("change", async () => {
    try {
      changed(await post("/api/together/budget", { most: select.value ? Number(select.value) : null }));
      toast("Saved.");
    } catch (error) {
      toastError(error);
    }
  });
  return el(
    "div",
    { class: "stack" },
    field(
      "Privacy budget",
      select,
      budget.most === null
        ? "Your machine takes part with and without noise, and keeps count."
        : `Your machine refuses rounds without noise, and stops for good when all rounds together come to ${shown(budget.most)}.`,
    ),
    facts(standing(budget)),
    more(
      "What the figure means",
      el(
        "p",
        {},
        "Suppose somebody knows everything about the rounds but your recordings, and would have bet even odds on whether a certain recording of yours was used. ",
        `With a budget of 1 they can be right at most ${shown(right(1))} times in 100, with 2 ${shown(right(2))}, with 4 ${shown(right(4))}, with 8 ${shown(right(8))}: 8 promises little. `,
        "The figure is called epsilon, and adds up over your whole life, over all federations. Leaving and joining again does not reset it.",
      ),
      el(
        "p",
        {},
        "Noise strong enough for a small budget drowns what a small group learns, so an operator adds none unless they choose to. With a limit set here you then contribute nothing, and still get the common model.",
      ),
    ),
  );
}

function standing({ most, spent, left, delta, rounds, bare }) {
  const noisy = rounds > 0 && [
    "Spent",
    most === null
      ? `${shown(spent)}, in ${count(rounds, "round")} with noise`
      : `${shown(spent)} of ${shown(most)}, in ${count(rounds, "round")} with noise; ${shown(left)} left`,
  ];
  const failing = rounds > 0 && ["This holds", `but for a chance of one in ${Math.round(1 / delta).toLocaleString([])}`];
  const without = bare > 0 && ["Not counted", `${count(bare, "round")} without noise: nothing limits what they told`];
  const found = [noisy, failing, without].filter(Boolean);
  return found.length ? found : [["Spent", "nothing so far"]];
}

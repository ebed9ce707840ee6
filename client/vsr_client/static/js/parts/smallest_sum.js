// How many people a sum has to be over before this person's update may stand in it.

import { post } from "../api.js";
import { el } from "../dom.js";
import { field } from "./pieces.js";
import { toast, toastError } from "./toast.js";

const CHOICES = [2, 3, 5, 10, 20, 50];

/** The choice, `people` being the one that holds; `changed` gets the answer of the API after another. */
export function smallestSum(people, changed) {
  const choices = [...new Set([...CHOICES, people])].sort((a, b) => a - b);
  const select = el(
    "select",
    { class: "select", id: "smallest-sum" },
    choices.map((each) => el("option", { value: each, selected: each === people }, `${each} people`)),
  );
  select.addEventListener("change", async () => {
    try {
      changed(await post("/api/together/smallest-sum", { people: Number(select.value) }));
      toast("Saved.");
    } catch (error) {
      toastError(error);
    }
  });
  return field(
    "Smallest sum",
    select,
    "Your machine refuses a round in which your update could be added up with fewer people’s, yours among them, however the server lies. More hides you better, and small groups may then go without you.",
  );
}

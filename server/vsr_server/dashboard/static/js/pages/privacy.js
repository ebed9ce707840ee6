// Privacy: what the rounds cost somebody who was in every one.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { card, facts, head, notice, numbers } from "../parts.js";
import { picture } from "../picture.js";
import { figure } from "../words.js";

export async function show(root) {
  const found = await get("/api/privacy");
  const on = found.epsilon !== null;
  const points = found.spent.map((each) => ({ x: String(each.rounds), y: each.epsilon }));
  put(
    root,
    head("Privacy spent", "What could be learnt of somebody from all the models together, at most."),
    card(
      "Noise",
      notice(found.words, on && !found.rounds_without ? "" : "warm"),
      numbers({
        "rounds with noise": found.rounds_with_noise,
        "rounds without": found.rounds_without,
        ...(on ? { epsilon: Number(found.epsilon.toFixed(2)) } : {}),
      }),
      on && points.length > 1 && [
        el("p", { class: "small soft" }, "Epsilon by rounds with noise"),
        picture(points, { says: `Epsilon after ${found.rounds_with_noise} rounds: ${figure(found.epsilon)}`, from: 0 }),
      ],
      on && facts({
        "Noise multiplier": `${figure(found.noise_multiplier)}, the least of all rounds`,
        "Longest update": found.clip_norm === null ? "not said" : figure(found.clip_norm),
        Delta: found.delta.toExponential(1),
      }),
    ),
    card(
      "What holds in any case",
      el(
        "ul",
        { class: "list" },
        [
          "Updates come masked. Only their sum can be read, and only where enough machines answered.",
          "Each machine keeps its own budget and refuses rounds once it is spent. It reckons with the rounds that it was in; the figure here is for somebody who was in all of them.",
          "No page and no answer of this server shows a figure of fewer people than a secure sum takes.",
        ].map((text) => el("li", {}, text)),
      ),
    ),
  );
}

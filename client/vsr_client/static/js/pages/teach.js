// Teach: the person's recordings and labels, learning from them, and what came of it.

import { el, replace } from "../dom.js";
import { onLive } from "../live.js";
import { headsCard } from "../parts/heads_card.js";
import { pageHead } from "../parts/pieces.js";
import { recordingsCard } from "../parts/recordings_card.js";
import { trainingCard } from "../parts/training_card.js";
import { refreshState, watchState } from "../state.js";

export const title = "Teach";
export const styles = ["recordings.css", "teach.css"];

export async function show(root) {
  const training = trainingCard();
  const recordings = recordingsCard();
  const heads = headsCard();
  await Promise.all([refreshState(), recordings.load(), heads.load()]);
  training.draw();
  replace(
    root,
    pageHead(
      "Teach VSR your voice",
      "Everybody sounds different. Say of a few recordings how they were, and VSR learns what that sounds like in your voice.",
    ),
    training.node,
    el("div", { class: "stack stack-wide" }, recordings.node, heads.node),
  );
  const stops = [
    watchState(() => training.draw()),
    onLive("recordings", (change) => recordings.changed(change)),
    onLive("job", (job) => {
      if (job.kind !== "train") return;
      training.heard(job);
      if (job.state !== "running") heads.load();
    }),
    () => recordings.stop(),
  ];
  return () => stops.forEach((stop) => stop());
}

// Together: joining others by invitation, what left this machine, what is promised and what is not, the next update.

import { get } from "../api.js";
import { el, replace } from "../dom.js";
import { onLive } from "../live.js";
import { joining } from "../parts/joining.js";
import { membership } from "../parts/membership.js";
import { nextUpdate } from "../parts/next_update.js";
import { card, notice, pageHead, waiting } from "../parts/pieces.js";
import { promisesCard } from "../parts/promises.js";
import { sentRecord } from "../parts/sent_record.js";
import { togetherPicture } from "../parts/together_picture.js";

export const title = "Together";
export const styles = ["together.css"];

const LOOK_EVERY = 10_000;

function explained() {
  return card(
    "Many machines, one better model",
    togetherPicture(),
    el(
      "ol",
      { class: "together-points" },
      [
        "Your machine learns from the recordings you labelled, here, as it does for you alone.",
        "It sends only by how much the model’s numbers should move, under a mask: never a recording, a label, a note or a name.",
        "Masks cancel when many machines’ numbers are added up: a server reads the sum alone, and hands the improved model back to all.",
        "You decide: join by invitation, pause or leave whenever you like, and see below, to the byte, what left.",
      ].map((sentence) => el("li", {}, sentence)),
    ),
  );
}

export async function show(root) {
  const box = () => el("div", { class: "stack" });
  const [state, record, promised, next] = [box(), box(), box(), box()];
  const loading = waiting("One moment.");
  root.append(
    pageHead(
      title,
      "Voices differ. The model gets better for everybody when many people’s machines teach it, without any voice leaving home.",
    ),
    explained(),
    loading,
    state,
    record,
    promised,
  );

  const drawn = new Map();
  let promises = { promises: [] };
  const draw = (place, data, make) => {
    const text = JSON.stringify(data);
    if (drawn.get(place) === text) return;
    drawn.set(place, text);
    replace(place, make(data));
  };
  const changed = (data) => {
    const { rounds, totals, privacy: now, jobs, ...rest } = data;
    promises = now;
    const said = jobs.together?.state === "running" && jobs.together.says.startsWith("round") ? jobs.together.says : "";
    draw(state, data.joined ? { ...rest, said } : { joined: false }, () =>
      data.joined ? membership({ ...data, said }, changed) : joining(changed, () => promises.promises),
    );
    draw(record, { rounds, totals }, sentRecord);
    draw(promised, promises, (data) => promisesCard(data, changed));
    loading.remove();
  };
  const refresh = async () => {
    try {
      changed(await get("/api/together"));
    } catch (error) {
      replace(loading, notice(error.message, { kind: "care" }));
    }
  };
  await refresh();
  const stopNext = nextUpdate(next);
  root.append(
    card(
      "Your exact next update",
      el(
        "p",
        {},
        "See what this machine would put into the sum if the server asked now: the same computation, the same bytes. Nothing is sent by looking.",
      ),
      next,
    ),
  );
  const stopJobs = onLive("job", (job) => job.kind === "together" && refresh());
  const timer = setInterval(refresh, LOOK_EVERY);
  return () => {
    clearInterval(timer);
    stopJobs();
    stopNext();
  };
}

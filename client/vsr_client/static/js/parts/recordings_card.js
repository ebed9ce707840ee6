// The person's recordings: filtered, searched, played, labelled, deleted.

import { get, patch } from "../api.js";
import { whenThere } from "../days.js";
import { el, replace, say } from "../dom.js";
import { count, toneOf } from "../words.js";
import { deleteRecording } from "./delete_recording.js";
import { button, chips, empty, iconButton } from "./pieces.js";
import { recordingRow } from "./recording_row.js";
import { toastError } from "./toast.js";

const PAGE = 20;
const TYPING_PAUSE = 250;
const FILTERS = [
  { value: "all", label: "All" },
  { value: "unlabelled", label: "Unlabelled" },
  { value: "positive", label: "Positive" },
  { value: "negative", label: "Negative" },
];

/** Return {node, load(), changed({id, change}), stop()}. */
export function recordingsCard() {
  const list = el("ul", { class: "list recordings" });
  const place = el("div", {});
  const total = el("p", { class: "small soft", role: "status" });
  const further = button("Show more", { kind: "quiet", hidden: true }, () => load(true));
  const search = el("input", {
    class: "input",
    type: "search",
    placeholder: "Search names and notes",
    "aria-label": "Search your recordings",
  });
  const wanted = { label: "all", q: "", limit: PAGE, offset: 0 };
  const rows = new Map();
  const mine = new Set();
  let turn = 0;

  const load = async (furtherOn = false) => {
    const own = ++turn;
    wanted.offset = furtherOn ? rows.size : 0;
    const found = await get("/api/recordings", wanted);
    if (own !== turn) return;
    if (!furtherOn) {
      rows.forEach((row) => row.stop());
      rows.clear();
      replace(list);
    }
    for (const recording of found.items) list.append(rowOf(recording).node);
    further.hidden = rows.size >= found.total;
    total.textContent = found.total ? count(found.total, "recording") : "";
    replace(place, found.total ? list : nothing(wanted));
  };
  const rowOf = (recording) => {
    const set = (polarity) =>
      change(recording, { polarity: recording.polarity === polarity ? null : polarity, emotion: null }, polarity);
    const toggle = (polarity, label) =>
      el(
        "button",
        {
          type: "button",
          class: `chip chip-small chip-${toneOf(polarity)}`,
          "aria-pressed": String(recording.polarity === polarity),
          "data-set": polarity,
          onclick: () => set(polarity),
        },
        label,
      );
    const row = recordingRow(
      recording,
      el(
        "span",
        { class: "row relabel", role: "group", "aria-label": `Label of the recording of ${whenThere(recording.recorded)}` },
        toggle("positive", "Positive"),
        toggle("negative", "Negative"),
      ),
      iconButton("Delete", "bin", () => deleteRecording(recording, () => load())),
    );
    rows.set(recording.id, row);
    return row;
  };
  const change = async (recording, fields, focused) => {
    mine.add(recording.id);
    try {
      const old = rows.get(recording.id);
      const fresh = rowOf(await patch(`/api/recordings/${recording.id}`, fields));
      old.stop();
      old.node.replaceWith(fresh.node);
      fresh.node.querySelector(`[data-set="${focused}"]`)?.focus();
      say(fields.polarity ? `Kept as ${fields.polarity}` : "Label taken back");
    } catch (error) {
      toastError(error);
    }
  };
  // What one changed here is shown already, and drawing it anew would take the focus away.
  const changed = (news) => {
    if (news?.id && mine.delete(news.id)) return;
    load().catch(() => {});
  };

  let timer = null;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      wanted.q = search.value.trim();
      load().catch(toastError);
    }, TYPING_PAUSE);
  });
  const filter = chips(
    "Show",
    FILTERS,
    "all",
    (value) => {
      wanted.label = value;
      load().catch(toastError);
    },
    { hideLegend: true },
  );
  const node = el(
    "section",
    { class: "card", "aria-labelledby": "recordings-title" },
    el("div", { class: "card-head" }, el("h2", { id: "recordings-title" }, "Your recordings"), total),
    el("div", { class: "recordings-filter" }, filter, search),
    place,
    el("div", { class: "row" }, further),
  );
  return { node, load, changed, stop: () => rows.forEach((row) => row.stop()) };
}

function nothing({ label, q }) {
  if (q) return empty("search", "Nothing fits", `No recording, note or name has “${q}” in it.`);
  if (label === "unlabelled") return empty("check", "All have your word", "There is no recording without a label.");
  if (label !== "all") return empty("listen", `None yet`, `You have not called any recording ${label} so far.`);
  return empty(
    "listen",
    "Nothing recorded yet",
    "Record something, or bring recordings you have, and they appear here.",
    el("a", { class: "button button-main", href: "/listen" }, "Record"),
  );
}

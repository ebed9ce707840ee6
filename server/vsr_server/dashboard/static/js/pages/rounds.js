// Rounds: what happens now, and what came of the last ones.

import { get } from "../api.js";
import { el, put, say } from "../dom.js";
import { button, card, empty, facts, head, notice, table, tag } from "../parts.js";
import { picture } from "../picture.js";
import { count, figures, lasted, size, when } from "../words.js";

const LOOK_MS = 2000;
const STEPS = [
  ["waiting", "Waiting for machines"],
  ["first", "First exchange"],
  ["second", "Second exchange"],
  ["gate", "Gate"],
];
const OUTCOMES = {
  open: ["running", "warm"],
  done: ["done", "good"],
  failed: ["brought nothing", "care"],
  lost: ["lost", "care"],
};

export async function show(root) {
  const now = el("div", { class: "stack" });
  const recent = el("div", { class: "stack" });
  put(
    root,
    head("Rounds", "In each, the machines train on what they keep and send masked updates. Only sums over several are ever seen."),
    el("section", { class: "card", "aria-label": "Now" }, now),
    card("Recent rounds", recent),
  );
  let before = null;
  let words = null;
  let limit = 12;
  const draw = async () => {
    const found = await get("/api/rounds", { limit });
    drawRecent(recent, found, limit, () => {
      limit = Math.min(limit + 50, 200);
      return draw();
    });
  };
  const look = async () => {
    const found = await get("/api/now");
    drawNow(now, found);
    if (words !== null && words !== found.words) say(found.words);
    words = found.words;
    const mark = `${found.round} ${found.phase}`;
    if (mark !== before) await draw();
    before = mark;
  };
  await look();
  const timer = setInterval(() => {
    if (!document.hidden) look().catch((error) => put(now, notice(error.message, "care")));
  }, LOOK_MS);
  return () => clearInterval(timer);
}

function drawNow(place, now) {
  const at = STEPS.findIndex(([name]) => name === now.phase);
  const unknown = "unknown, the SuperLink does not answer";
  const said = { "Machines connected": now.connected === null ? unknown : now.connected.toLocaleString() };
  if (now.asked !== null) said[`Asked in round ${now.round}`] = count(now.asked, "machine");
  if (now.since) said.Since = when(now.since);
  put(
    place,
    el("p", { class: "doing" }, now.words),
    el(
      "ol",
      { class: "steps", "aria-label": "Steps of a round" },
      STEPS.map(([name, label], step) =>
        el("li", { "aria-current": name === now.phase ? "step" : null, "data-done": step < at }, label),
      ),
    ),
    facts(said),
  );
}

function drawRecent(place, { rounds, smallest }, limit, more) {
  if (!rounds.length) return put(place, empty("The first begins once enough machines are connected."));
  const ended = rounds.filter((round) => round.outcome !== "open").reverse();
  const points = ended.map((round) => ({
    x: String(round.number),
    y: round.seconds ?? 0,
    kind: OUTCOMES[round.outcome]?.[1],
  }));
  const says = `Seconds that each of the last ${ended.length} rounds took; none where it brought nothing`;
  put(
    place,
    points.length > 1 && [
      el("p", { class: "small soft" }, "Seconds by round"),
      picture(points, { says, kind: "bars", from: 0 }),
    ],
    table(
      "Recent rounds",
      ["Round", "Began", "Outcome", "Machines", "Took", "Sent to each", "Means over machines"],
      rounds.map((round) => row(round, smallest)),
    ),
    rounds.length === limit && limit < 200 && el("div", { class: "row" }, button("Show more", more)),
  );
}

const keep = (text) => el("span", { class: "keep number" }, text);

function row(round, smallest) {
  const [word, kind] = OUTCOMES[round.outcome] ?? [round.outcome, ""];
  const reason = round.reason && el("p", { class: "small soft" }, round.reason);
  const groups = round.groups > 1 && el("p", { class: "small soft" }, `in ${round.groups} sums`);
  return [
    el("span", { class: "number" }, String(round.number)),
    keep(when(round.started_at)),
    [tag(word, kind), reason],
    [keep(`${round.answered} of ${round.asked}`), groups],
    round.seconds === null ? "" : keep(lasted(round.seconds)),
    keep(size(round.bytes_each)),
    round.outcome === "done" ? figures(round.figures, smallest) : "",
  ];
}

// Feel better: what may do good today, each with its source, and where people listen.

import { get } from "../api.js";
import { el, replace } from "../dom.js";
import { icon } from "../icons.js";
import { pace } from "../parts/exercise.js";
import { helpCard, outside } from "../parts/help_lines.js";
import { button, notice, pageHead, waiting } from "../parts/pieces.js";

export const title = "Feel better";
export const styles = ["feel_better.css"];

const KINDS = {
  breathing: { label: "Breathing", icon: "breath" },
  grounding: { label: "Grounding", icon: "anchor" },
  relaxing: { label: "Relaxing", icon: "leaf" },
  sleep: { label: "Sleep", icon: "moon" },
  people: { label: "People", icon: "together" },
  activity: { label: "Moving", icon: "steps" },
  daylight: { label: "Daylight", icon: "sun" },
  writing: { label: "Writing", icon: "note" },
  gratitude: { label: "Gratitude", icon: "star" },
  plans: { label: "Plans", icon: "calendar" },
  kindness: { label: "Kindness", icon: "feel_better" },
};

export async function show(root) {
  root.append(pageHead("Feel better", "Small things that do many people good, chosen to fit your last two weeks."));
  const place = el("div", { class: "stack stack-wide" }, waiting("Looking"));
  root.append(place);
  try {
    const found = await get("/api/suggestions");
    replace(place, pattern(found), today(found), helpCard(found), about(found));
  } catch (error) {
    replace(place, notice(error.message, { kind: "care" }));
  }
  return () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
}

function pattern({ pattern: { sentence, tone } }) {
  return el("section", { class: "pattern", "aria-label": "Your last two weeks" },
    el("p", { class: "pattern-words" }, sentence),
    el("p", { class: "row small" },
      tone === "few" ? null : el("a", { href: "/look-back?days=7" }, "See the days"),
      el("a", { href: "#help" }, "Too much right now? Talk to somebody")));
}

function today({ suggestions }) {
  return el("section", { class: "stack", "aria-labelledby": "today" },
    el("h2", { id: "today" }, "For today"),
    el("p", { class: "soft" }, "Pick one, or none. Tomorrow there are others."),
    el("ul", { class: "suggestions" }, suggestions.map(suggestionCard)));
}

function suggestionCard(suggestion) {
  const kind = KINDS[suggestion.kind] ?? { label: suggestion.kind, icon: "leaf" };
  const { exercise } = suggestion;
  return el("li", { class: "card suggestion", "data-kind": suggestion.kind },
    el("p", { class: "suggestion-kind small" }, icon(kind.icon), kind.label),
    el("h3", {}, suggestion.title),
    el("p", {}, suggestion.text),
    exercise && el("div", {}, button(`Begin · ${minutes(exercise.seconds)}`, { icon: "play", kind: "main", "aria-label": `Begin: ${suggestion.title}, ${minutes(exercise.seconds)}` }, () => pace(suggestion))),
    el("details", { class: "more small suggestion-source" }, el("summary", {}, "Where this comes from"),
      el("p", {}, outside(suggestion.source.name, suggestion.source.url))));
}

const minutes = (seconds) => (seconds < 90 ? "1 minute" : `${Math.round(seconds / 60)} minutes`);

function about({ disclaimer, reviewed }) {
  return el("section", { class: "small soft stack", "aria-label": "What this is not" },
    el("p", {}, disclaimer),
    el("p", {}, `The suggestions are as of ${new Date(`${reviewed}T12:00`).toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" })}. Links open other sites; VSR itself loads nothing from them and tells them nothing.`));
}

// Look back: days and weeks, how sure one can be of a change, notes, a report, an export.

import { get } from "../api.js";
import { dayWords, daysBetween, plusDays, today } from "../days.js";
import { el, replace } from "../dom.js";
import { icon } from "../icons.js";
import { onLive } from "../live.js";
import { editNote, openDay } from "../parts/day_recordings.js";
import { calendar, calendarLegend } from "../parts/month_calendar.js";
import { card, chips, empty, facts, more, notice, pageHead, waiting } from "../parts/pieces.js";
import { exportCard, notesCard, reportCard } from "../parts/take_away.js";
import { dayTable, timeline } from "../parts/timeline.js";
import { count } from "../words.js";

export const title = "Look back";
export const styles = ["recordings.css", "look_back.css"];

const PERIODS = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "own", label: "Own period" },
];
const PAUSE = 400;

export async function show(root) {
  const place = el("div", { class: "stack stack-wide" });
  const stops = [];
  const tidy = () => stops.splice(0).forEach((stop) => stop());
  let period = fromAddress();
  let turn = 0;

  const load = async () => {
    const mine = ++turn;
    try {
      const found = await get("/api/look-back", { from: period.from, to: period.to });
      if (mine !== turn) return;
      tidy();
      choice.hidden = !found.first_ever;
      replace(place, ...draw(found, reopen, load, stops));
    } catch (error) {
      if (mine === turn) replace(place, notice(error.message, { kind: "care" }));
    }
  };
  const reopen = (day) => openDay(day, load);
  const choose = (chosen) => {
    period = chosen;
    history.replaceState({}, "", period.own ? `?from=${period.from}&to=${period.to}` : `?days=${daysBetween(period.from, period.to) + 1}`);
    return load();
  };

  const choice = periodChoice(period, choose);
  root.append(pageHead("Look back", "How your voice sounded to VSR over days and weeks, and what you wrote down."), choice, place);
  replace(place, waiting("Looking back"));
  let timer = null;
  const stopLive = onLive("recordings", () => {
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE);
  });
  await load();
  return () => {
    turn++;
    clearTimeout(timer);
    stopLive();
    tidy();
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  };
}

function fromAddress() {
  const asked = new URLSearchParams(location.search);
  const [from, to] = [asked.get("from"), asked.get("to")];
  if (/^\d{4}-\d\d-\d\d$/.test(from ?? "") && /^\d{4}-\d\d-\d\d$/.test(to ?? "") && from <= to) return { from, to, own: true };
  return lastDays(["7", "30", "90"].includes(asked.get("days")) ? Number(asked.get("days")) : 30);
}

const lastDays = (number) => ({ from: plusDays(today(), 1 - number), to: today(), own: false });

function periodChoice(period, choose) {
  const from = el("input", { class: "input", type: "date", value: period.from, max: today() });
  const to = el("input", { class: "input", type: "date", value: period.to, max: today() });
  const labelled = (text, input) => el("label", { class: "field-inline" }, el("span", { class: "small" }, text), input);
  const own = el("div", { class: "row own-period", hidden: !period.own }, labelled("From", from), labelled("to", to));
  const changed = () => {
    if (!from.value || !to.value) return;
    const [first, last] = [from.value, to.value].sort();
    choose({ from: first, to: last, own: true });
  };
  from.addEventListener("change", changed);
  to.addEventListener("change", changed);
  const chosen = period.own ? "own" : String(daysBetween(period.from, period.to) + 1);
  const group = chips("Period", PERIODS, chosen, (value) => {
    own.hidden = value !== "own";
    if (value === "own") return from.focus();
    const last = lastDays(Number(value));
    [from.value, to.value] = [last.from, last.to];
    return choose(last);
  }, { hideLegend: true });
  return el("div", { class: "stack" }, group, own);
}

function draw(period, onDay, reload, stops) {
  if (!period.first_ever) {
    return [empty("look_back", "Nothing to look back on yet", "Once you have recorded yourself on a few days, this page shows how they sounded to VSR.",
      el("a", { class: "button button-main", href: "/listen" }, icon("listen"), el("span", {}, "Record something")))];
  }
  if (!period.counts.recordings) {
    return [empty("look_back", "Nothing in this period", `Your recordings begin on ${dayWords(period.first_ever)}. Choose a longer period to see them.`), exportCard(period)];
  }
  const write = (note) => editNote(note, reload);
  return [trendCard(period), ...(period.counts.heard ? [dayCard(period, onDay, stops)] : []), calendarCard(period, onDay), notesCard(period, onDay, write), reportCard(period), exportCard(period)];
}

function trendCard(period) {
  const { counts, trend } = period;
  const said = [counts.positive && `${counts.positive} positive`, counts.negative && `${counts.negative} negative`].filter(Boolean).join(", ");
  return card("In short",
    el("p", { class: "trend-words", "data-kind": trend.kind }, trend.sentence),
    facts([
      ["VSR heard", `${count(counts.heard, "recording")} on ${count(counts.days, "day")}`],
      ["You said", said || "nothing yet: you can label recordings on Listen and Teach"],
    ]),
    more("What these numbers are, and are not",
      el("p", {}, "VSR guesses from sound alone, and it is often wrong. Positive includes calm and neutral: it means “nothing negative heard”. What you said of your recordings is shown beside what VSR heard and never mixed into it."),
      el("p", {}, "A change is only called one where chance would rarely do the same: each day counts once, however many recordings it has, and days that resemble the days before count for less. It says nothing about why.")));
}

function dayCard(period, onDay, stops) {
  const drawing = timeline(period, onDay);
  stops.push(drawing.stop);
  const entry = (kind, text) => el("li", {}, el("span", { class: `swatch swatch-${kind}`, "aria-hidden": "true" }), text);
  const line = { change: entry("trend", "trend"), chance: entry("chance", "trend, no more than chance would do") }[period.trend.kind];
  return card("Day by day",
    el("figure", { class: "stack" }, drawing.node,
      el("figcaption", {}, el("ul", { class: "legend small soft" },
        entry("mean", "a day’s mean"), entry("single", "the same from one recording alone"), entry("band", "where it may as well lie: the fewer recordings, the longer"), entry("dot", "one recording"), line))),
    more("The same in a table", dayTable(period)));
}

function calendarCard(period, onDay) {
  return card("Calendar", calendar(period, onDay), calendarLegend());
}

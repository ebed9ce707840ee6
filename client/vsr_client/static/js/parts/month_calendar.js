// Months as tables: how many recordings a day has and how they sounded, by pattern, sign, word and colour.

import { dateOf, dayOf, dayWords, monthWords, plusDays, TONES } from "../days.js";
import { el } from "../dom.js";
import { icon } from "../icons.js";
import { count } from "../words.js";

/** Return the months of a period, each a table; `onDay(day)` opens one. */
export function calendar(period, onDay) {
  const days = new Map(period.days.map((day) => [day.day, day]));
  const months = [];
  for (let month = `${period.first.slice(0, 7)}-01`; month <= period.last; month = nextMonth(month)) months.push(month);
  const shown = months.length > 3 ? months.filter((month) => period.days.some((day) => day.day.slice(0, 7) === month.slice(0, 7))) : months;
  return el("div", { class: "months" }, shown.map((month) => monthTable(month, period, days, onDay)));
}

function nextMonth(month) {
  const date = dateOf(month);
  return dayOf(new Date(date.getFullYear(), date.getMonth() + 1, 1, 12));
}

function monthTable(month, period, days, onDay) {
  const blanks = (dateOf(month).getDay() + 6) % 7;
  const cells = [];
  for (let day = plusDays(month, -blanks); day < nextMonth(month) || cells.length % 7; day = plusDays(day, 1)) {
    cells.push(day.slice(0, 7) === month.slice(0, 7) ? cell(day, period, days.get(day), onDay) : el("td", {}));
  }
  // Weeks outside the period would only push the others apart.
  const starts = Array.from({ length: cells.length / 7 }, (_, index) => ({ index, monday: plusDays(month, 7 * index - blanks) }));
  const weeks = starts
    .filter(({ monday }) => monday <= period.last && plusDays(monday, 6) >= period.first)
    .map(({ index }) => el("tr", {}, cells.slice(index * 7, index * 7 + 7)));
  const names = Array.from({ length: 7 }, (_, index) => dateOf(`2026-06-0${index + 1}`));  // a Monday
  const head = names.map((date) => el("th", { scope: "col" },
    el("span", { "aria-hidden": "true" }, date.toLocaleDateString([], { weekday: "short" }).slice(0, 2)),
    el("span", { class: "unseen" }, date.toLocaleDateString([], { weekday: "long" }))));
  return el("table", { class: "month" }, el("caption", {}, monthWords(month)), el("thead", {}, el("tr", {}, head)), el("tbody", {}, weeks));
}

function cell(day, period, found, onDay) {
  const number = String(Number(day.slice(8)));
  if (!found) {
    const outside = day < period.first || day > period.last;
    return el("td", {}, el("span", { class: outside ? "month-day month-outside" : "month-day" }, number));
  }
  const tone = TONES[found.tone];
  const notes = found.notes ? `, ${count(found.notes, "note")}` : "";
  const words = `${dayWords(day)}: ${count(found.count, "recording")}${found.tone === "few" ? "" : `, ${tone.word}`}${notes}`;
  return el("td", {},
    el("button", { type: "button", class: "month-day month-has", "data-tone": found.tone, "data-day": day, "aria-label": words, title: words, onclick: () => onDay(day) },
      el("span", { class: "month-number" }, number),
      icon(tone.icon),
      el("span", { class: "month-count number" }, String(found.count)),
      found.notes ? el("span", { class: "month-note" }, icon("note")) : null));
}

/** What the signs in the calendar mean. */
export function calendarLegend() {
  const entry = (tone, text) => el("li", {}, el("span", { class: "month-swatch", "data-tone": tone, "aria-hidden": "true" }, icon(TONES[tone].icon)), text);
  return el("ul", { class: "legend small soft" },
    entry("positive", "more positive (calm counts too)"), entry("mixed", "mixed"), entry("negative", "more negative"), entry("few", "one recording: too little for a tone"));
}

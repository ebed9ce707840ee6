// Where people listen: a country's help lines, its emergency number, and a directory for the rest.

import { patch } from "../api.js";
import { el, replace } from "../dom.js";
import { icon } from "../icons.js";
import { card, field } from "./pieces.js";

/** The card for the help lines in `found` (what /api/suggestions gives). */
export function helpCard(found) {
  const names = new Intl.DisplayNames([navigator.language || "en", "en"], { type: "region" });
  const codes = Object.keys(found.emergency).sort((a, b) => names.of(a).localeCompare(names.of(b)));
  const chosen = codes.includes(found.country) ? found.country : guess(codes);
  const select = el("select", { class: "select", id: "help-country" },
    el("option", { value: "" }, "Choose a country"),
    codes.map((code) => el("option", { value: code, selected: code === chosen }, names.of(code))));
  const place = el("div", { class: "stack", "aria-live": "polite" });
  const draw = () => replace(place, lines(select.value, found, names));
  select.addEventListener("change", () => {
    draw();
    // Not remembered is no reason to show nothing: the lines are there already.
    patch("/api/preferences", { country: select.value }).catch(() => {});
  });
  draw();
  const made = card("If it is too much right now",
    el("p", {}, found.danger),
    field("Where are you?", select),
    place,
    el("p", { class: "small soft" }, `Numbers change. These are as of ${new Date(`${found.help_reviewed}T12:00`).toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" })}; each line’s own page has the newest.`));
  made.id = "help";
  return made;
}

/** The country of the browser's language where it names one that is known: a guess, easily changed. */
function guess(codes) {
  for (const language of navigator.languages ?? []) {
    const region = new Intl.Locale(language).region;
    if (codes.includes(region)) return region;
  }
  return "";
}

function lines(code, found, names) {
  const elsewhere = el("p", {}, "Lines in other places and for other needs: ", outside(found.directory.name, found.directory.url), ". In much of the world 112 reaches the emergency services.");
  if (!code) return [elsewhere];
  const listed = found.help.filter((line) => line.country === code);
  return [
    el("ul", { class: "list help-lines" },
      listed.map((line) => el("li", { class: "help-line" },
        el("div", { class: "stack help-who" }, el("strong", { lang: "" }, line.name), el("span", { class: "small soft" }, hours(line.hours), hours(line.hours) && " · ", outside("their page", line.url, `Page of ${line.name}`))),
        call(line.phone, line.name))),
      el("li", { class: "help-line" },
        el("div", { class: "stack help-who" }, el("strong", {}, "Emergency"), el("span", { class: "small soft" }, `${names.of(code)}: when somebody is in danger`)),
        call(found.emergency[code], "the emergency services"))),
    elsewhere,
  ];
}

const hours = (text) => (text === "24/7" ? "day and night" : text.replace("-", " to "));

function call(phone, who) {
  return el("a", { class: "button help-call", href: `tel:${phone.replace(/[^\d+*#]/g, "")}`, "aria-label": `Call ${who}: ${phone}` }, icon("phone"), el("span", { class: "number" }, phone));
}

/** A link to another site: opened apart, and told nothing of this page. The page itself never loads it. */
export function outside(text, url, label = null) {
  return el("a", { class: "outside", href: url, target: "_blank", rel: "noreferrer noopener", "aria-label": label && `${label} (opens another site)` },
    text, icon("outside"), label ? null : el("span", { class: "unseen" }, " (opens another site)"));
}

// Taking away: a report of the period to keep, print or hand on, and an export of everything.

import { search } from "../api.js";
import { el, replace } from "../dom.js";
import { icon } from "../icons.js";
import { whenThere } from "../days.js";
import { button, card, chips, field, notice } from "./pieces.js";
import { toast } from "./toast.js";

/** The card for a report of `period` (as /api/look-back gives it). */
export function reportCard(period) {
  let notes = "all";
  const chosen = new Set(period.notes.map((note) => note.id));
  const picked = el("div", { class: "stack", hidden: true }, period.notes.map((note) => pick(note, chosen)));
  const title = el("input", { class: "input", maxlength: "120", placeholder: "How my voice sounded to VSR", autocomplete: "off" });
  const address = (download) => {
    const ids = notes === "chosen" ? (chosen.size ? [...chosen].map((id) => id.slice(0, 10)).join(",") : "none") : notes;
    return `/api/report${search({ from: period.first, to: period.last, notes: ids, title: title.value.trim(), download: download ? 1 : "" })}`;
  };
  const choice = chips("Notes in it", [{ value: "all", label: "All" }, { value: "chosen", label: "Choose" }, { value: "none", label: "None" }], notes, (value) => {
    notes = value;
    picked.hidden = value !== "chosen";
  });
  return card("Report",
    el("p", { class: "soft" }, "This period on a few pages: for yourself, or to bring to somebody you trust. It says what VSR is and is not."),
    field("Title", title),
    period.notes.length ? el("div", { class: "stack" }, choice, picked) : null,
    el("div", { class: "row" },
      button("Open", { icon: "file", kind: "main" }, () => open(address())),
      button("Print or save as PDF", { icon: "print" }, () => print(address())),
      button("Download", { icon: "download" }, () => download(address(true)))));
}

function pick(note, chosen) {
  const box = el("input", { type: "checkbox", checked: true });
  box.addEventListener("change", () => (box.checked ? chosen.add(note.id) : chosen.delete(note.id)));
  return el("label", { class: "switch" }, box, el("span", {}, el("span", { class: "small soft" }, whenThere(note.recorded)), el("br", {}), note.note));
}

function open(address) {
  if (!window.open(address)) toast("Your browser held the window back; allow it for this address.");
}

function print(address) {
  const page = window.open(address);
  if (!page) return toast("Your browser held the window back; allow it for this address.");
  page.addEventListener("load", () => page.print());
}

function download(address) {
  const link = el("a", { href: address, download: "", hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

/** The card for an export of `period`, or of all there is. */
export function exportCard(period) {
  let all = false;
  const link = el("a", { class: "button", download: "" }, icon("download"), el("span", {}, "Export as ZIP"));
  const aim = () => link.setAttribute("href", `/api/export${all ? "" : search({ from: period.first, to: period.last })}`);
  aim();
  const choice = chips("What goes into it", [{ value: false, label: "This period" }, { value: true, label: "Everything" }], all, (value) => ((all = value), aim()));
  return card("Export",
    el("p", { class: "soft" }, "Your recordings as sound, what VSR and you said of them as a table (CSV) and for programs (JSON), and your personal head. Yours to keep and to use elsewhere."),
    choice,
    notice("This file is not encrypted: whoever opens it can hear and read everything. Keep it where you would keep a diary.", { kind: "care", icon: "lock" }),
    el("div", { class: "row" }, link));
}

/** The notes of a period, the newest first. */
export function notesCard(period, onDay, write) {
  const list = el("ul", { class: "list" });
  const draw = (number) => {
    const rest = period.notes.length - number;
    replace(list, period.notes.slice(0, number).map((note) => noteRow(note, onDay, write)), rest > 0 ? el("li", {}, button(`Show ${rest} more`, { kind: "quiet" }, () => draw(period.notes.length))) : null);
  };
  draw(8);
  return card("Notes", period.notes.length ? list : el("p", { class: "soft" }, "No notes in this period. You can write one on any recording: what happened, who was there, how you slept."));
}

function noteRow(note, onDay, write) {
  const day = note.recorded.slice(0, 10);
  return el("li", { class: "stack note-row" },
    el("p", { class: "note-text" }, note.note),
    el("div", { class: "row row-between" },
      el("span", { class: "small soft" }, whenThere(note.recorded)),
      el("span", { class: "row" }, button("Change", { kind: "quiet", small: true }, () => write(note)), button("Open the day", { kind: "quiet", small: true }, () => onDay(day)))));
}

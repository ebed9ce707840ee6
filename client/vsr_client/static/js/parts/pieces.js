// The small parts that every page is made of.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { sentence } from "../words.js";

/** Head of a page: its one h1 and a sentence below. */
export function pageHead(title, lead) {
  return el(
    "div",
    { class: "page-head" },
    el("h1", { tabindex: "-1" }, title),
    lead && el("p", { class: "lead" }, lead),
  );
}

/** A card with a heading (h2); `aside` stands beside the heading. */
export function card(title, ...children) {
  return el("section", { class: "card", "aria-label": title || null }, title && el("h2", {}, title), ...children);
}

/**
 * A button with a word and perhaps an icon. `kind`: "main", "quiet", "care", "care-main" or "" for an outlined one.
 */
export function button(label, { icon: name, kind = "", small = false, ...attributes } = {}, onclick) {
  const classes = ["button", kind && `button-${kind}`, small && "button-small"].filter(Boolean).join(" ");
  return el(
    "button",
    { type: "button", class: classes, onclick, ...attributes },
    name && icon(name),
    el("span", {}, label),
  );
}

/** A button that shows an icon alone; `label` is read out and shown as its tip. */
export function iconButton(label, name, onclick, attributes = {}) {
  return el(
    "button",
    { type: "button", class: "button button-icon", "aria-label": label, title: label, onclick, ...attributes },
    icon(name),
  );
}

/** A card-less place with nothing in it yet: what it is for and what to do. */
export function empty(name, title, text, ...actions) {
  return el(
    "div",
    { class: "empty" },
    icon(name),
    el("h2", {}, title),
    el("p", {}, text),
    actions.length ? el("div", { class: "row" }, ...actions) : null,
  );
}

/** A notice inside a page, a whole sentence whatever the app said; `kind` "care" for what needs attention. */
export function notice(text, { kind = "", icon: name, ...attributes } = {}, ...more) {
  const classes = kind ? `notice notice-${kind}` : "notice";
  return el(
    "div",
    { class: classes, ...attributes },
    icon(name ?? (kind === "care" ? "warning" : "info")),
    el("div", {}, el("p", {}, sentence(text)), ...more),
  );
}

/** Something that takes a moment. */
export function waiting(text) {
  return el("p", { class: "waiting", role: "status" }, text);
}

/** A progress bar from 0 to 1 with its name. */
export function progressBar(label, value = 0) {
  return el("progress", { class: "progress", max: "1", value: String(value), "aria-label": label });
}

/** A small word on a coloured ground; `kind`: "warm", "cool", "accent" or "". */
export function tag(text, kind = "", name = null) {
  return el("span", { class: kind ? `tag tag-${kind}` : "tag" }, name && icon(name), text);
}

/** Names and values: `facts([["Microphone", "Built-in"], …])`. */
export function facts(pairs) {
  return el(
    "dl",
    { class: "facts" },
    pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );
}

/** A part that opens on demand. */
export function more(summary, ...children) {
  return el("details", { class: "more" }, el("summary", {}, summary), ...children);
}

let fields = 0;

/** A labelled field around `input` (an input, select or textarea). */
export function field(label, input, hint) {
  const id = (input.id ||= `field-${++fields}`);
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    input,
    hint && el("p", { class: "small soft", id: `${id}-hint` }, hint),
  );
}

/**
 * Chips: a choice of one among few. `options`: [{value, label, kind?}]; `onChange(value)`; choosing the chosen one again
 * gives null where `optional`.
 */
export function chips(legend, options, chosen, onChange, { optional = false, hideLegend = false } = {}) {
  const buttons = new Map();
  const mark = (value) => buttons.forEach((chip, key) => chip.setAttribute("aria-pressed", String(key === value)));
  const group = el(
    "fieldset",
    { class: "chips" },
    el("legend", { class: hideLegend ? "unseen" : null }, legend),
    options.map(({ value, label, kind }) => {
      const choose = () => {
        chosen = optional && chosen === value ? null : value;
        mark(chosen);
        onChange(chosen);
      };
      const chip = el("button", { type: "button", class: kind ? `chip chip-${kind}` : "chip", onclick: choose }, label);
      buttons.set(value, chip);
      return chip;
    }),
  );
  mark(chosen);
  group.choose = (value) => mark((chosen = value));
  return group;
}

// What several pages are made of.

import { el, say } from "./dom.js";

export const head = (title, ...lead) =>
  el("div", { class: "head" }, el("h1", { tabindex: "-1" }, title), lead.length > 0 && el("p", { class: "lead" }, lead));

export const card = (title, ...children) =>
  el("section", { class: "card" }, title && el("div", { class: "card-head" }, el("h2", {}, title)), children);

export const tag = (word, kind = "") => el("span", { class: kind ? `tag tag-${kind}` : "tag" }, word);
export const notice = (text, kind = "") => el("div", { class: kind ? `notice notice-${kind}` : "notice" }, text);
export const empty = (text) => el("p", { class: "empty" }, text);

/** A button; `act` runs with the button disabled, and its failure is shown beside it. */
export function button(label, act, kind = "") {
  const node = el("button", { type: "button", class: `button ${kind}` }, label);
  node.addEventListener("click", async () => {
    if (node.dataset.busy) return;
    node.dataset.busy = "yes";
    node.parentElement?.querySelector(":scope > .failed")?.remove();
    try {
      await act();
    } catch (error) {
      node.after(el("span", { class: "failed notice notice-care small", role: "alert" }, error.message));
    } finally {
      delete node.dataset.busy;
    }
  });
  return node;
}

/** Names and values, the values large. */
export const numbers = (found) =>
  el(
    "dl",
    { class: "numbers" },
    Object.entries(found).map(([name, value]) =>
      el("div", {}, el("dd", {}, value === null ? "–" : value.toLocaleString()), el("dt", {}, name)),
    ),
  );

export const facts = (found) =>
  el(
    "dl",
    { class: "facts" },
    Object.entries(found).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
  );

/** A table of `rows` (arrays of cells) under `columns`; its cells carry their column's name for narrow windows. */
export const table = (caption, columns, rows) =>
  el(
    "table",
    // Said again, since a table whose display is another is none to screen readers.
    { class: "table", role: "table" },
    el("caption", { class: "unseen" }, caption),
    el(
      "thead",
      { role: "rowgroup" },
      el(
        "tr",
        { role: "row" },
        columns.map((name) =>
          el("th", { role: "columnheader", scope: "col" }, name || el("span", { class: "unseen" }, "Actions")),
        ),
      ),
    ),
    el(
      "tbody",
      { role: "rowgroup" },
      rows.map((cells) =>
        el(
          "tr",
          { role: "row" },
          cells.map((cell, at) => el("td", { role: "cell", "data-label": columns[at] }, cell !== "" && el("div", {}, cell))),
        ),
      ),
    ),
  );

let fields = 0;

/** A label and an input with what is said about it: {node, input}. */
export function field(label, attributes, hint = "") {
  const id = `field-${++fields}`;
  const input = el("input", { class: "input", id, "aria-describedby": hint ? `${id}-hint` : null, ...attributes });
  const said = hint && el("p", { class: "small soft", id: `${id}-hint` }, hint);
  return { input, node: el("div", { class: "field" }, el("label", { for: id }, label), input, said) };
}

/**
 * Ask before something happens. `says` are sentences on what it does; with `reason` a line is asked for. Return the
 * reason ("" without one) once `act` has run with it, null where the operator thought better of it.
 */
export function confirm(title, says, { yes, care = false, reason = false, act }) {
  const dialog = el("dialog", { class: "dialog", "aria-label": title });
  const asked = reason && field("Reason, for the audit log", { maxlength: "300", autocomplete: "off" });
  return new Promise((resolve) => {
    let done = null;
    const run = async () => {
      const why = asked ? asked.input.value.trim() : "";
      await act(why);
      done = why;
      say(`${title}: done`);
      dialog.close();
    };
    dialog.append(
      el("h2", {}, title),
      el(
        "ul",
        { class: "says" },
        says.map((text) => el("li", {}, text)),
      ),
      ...(asked ? [asked.node] : []),
      el(
        "div",
        { class: "foot" },
        button("Not now", async () => dialog.close()),
        button(yes, run, care ? "button-care" : "button-main"),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

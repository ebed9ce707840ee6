// Events: what happened, errors among it.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { button, card, empty, head, tag } from "../parts.js";
import { when } from "../words.js";

const PAGE = 50;
const KINDS = { info: ["note", ""], warning: ["warning", "warm"], error: ["error", "care"] };

export async function show(root) {
  const list = el("ul", { class: "list" });
  const foot = el("div", { class: "row" });
  const choice = el(
    "select",
    { class: "select", id: "level", onchange: () => draw() },
    el("option", { value: "info" }, "Everything"),
    el("option", { value: "warning" }, "Warnings and errors"),
    el("option", { value: "error" }, "Errors alone"),
  );
  const draw = async (before = null) => {
    const found = await get("/api/events", { level: choice.value, before, limit: PAGE });
    if (before === null) list.replaceChildren();
    list.append(...found.map(item));
    put(
      foot,
      !list.children.length && empty("Nothing of the kind."),
      found.length === PAGE && button("Show older", () => draw(found.at(-1).id)),
    );
  };
  put(
    root,
    head("Errors and events", "The newest first, without anybody’s figures. The newest 10,000 are kept."),
    card("", el("div", { class: "row" }, el("label", { for: "level" }, "Show"), choice), list, foot),
  );
  await draw();
}

function item(event) {
  const [word, kind] = KINDS[event.level] ?? [event.level, ""];
  return el(
    "li",
    { class: "stack" },
    el("div", { class: "row" }, tag(word, kind), el("span", { class: "small soft" }, when(event.at))),
    el("p", {}, event.sentence),
  );
}

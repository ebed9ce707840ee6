// The pages there are, and the navigation among them.

import { el, replace } from "./dom.js";
import { icon } from "./icons.js";

export const PAGES = [
  { path: "/listen", name: "listen", label: "Listen", icon: "listen" },
  { path: "/teach", name: "teach", label: "Teach", icon: "teach" },
  { path: "/look-back", name: "look_back", label: "Look back", icon: "look_back" },
  { path: "/feel-better", name: "feel_better", label: "Feel better", icon: "feel_better" },
  { path: "/together", name: "together", label: "Together", icon: "together" },
  { path: "/settings", name: "settings", label: "Settings", icon: "settings" },
];

function link(page) {
  const classes = page.name === "settings" ? "shell-link shell-settings" : "shell-link";
  return el(
    "a",
    { class: classes, href: page.path, "data-page": page.name },
    icon(page.icon),
    el("span", {}, page.label),
  );
}

/** Draw brand, navigation and promise. */
export function drawShell() {
  const items = PAGES.filter((page) => page.name !== "settings");
  replace(
    document.getElementById("shell"),
    el(
      "a",
      { class: "shell-brand", href: "/" },
      el("img", { src: "/icons/vsr.svg", alt: "", width: "32", height: "32" }),
      "VSR",
    ),
    el(
      "nav",
      { class: "shell-nav", "aria-label": "Pages" },
      el(
        "ul",
        {},
        items.map((page) => el("li", {}, link(page))),
      ),
    ),
    link(PAGES.at(-1)),
    el("p", { class: "shell-promise" }, icon("lock"), el("span", {}, "Your voice stays on this machine.")),
  );
}

/** Return the page at `path`, the first where there is none. */
export function pageOf(path) {
  return PAGES.find((page) => page.path === path.replace(/\/+$/, "")) ?? PAGES[0];
}

/** Mark `current` in the navigation; null where no page can be gone to. */
export function mark(current) {
  document.body.toggleAttribute("data-closed", !current);
  for (const anchor of document.querySelectorAll("[data-page]")) {
    if (anchor.dataset.page === current?.name) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

// The shell: seven pages, one at a time by the History API.

import { el, put, say, svg } from "./dom.js";
import { head, notice } from "./parts.js";

const PAGES = [
  ["rounds", "Rounds", "M19.500 12a7.500 7.500 0 1 1-2.200-5.300M19.500 3.500v4h-4M12 8v4.200l2.800 1.600"],
  ["models", "Models", "M4 17.500l5-5.500 4 3.500 7-8.500M15.500 7H20v4.500"],
  ["people", "People", "M9 11.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3.500 19c0-3 2.400-5 5.500-5s5.500 2 5.500 5M15.500 5.800a3 3 0 0 1 0 5.400M17 14.300c2.200.6 3.500 2.300 3.500 4.700"],
  ["privacy", "Privacy", "M6.500 11h11v9h-11zM8.500 11V8a3.500 3.500 0 0 1 7 0v3"],
  ["events", "Events", "M12 4.500l8.500 15h-17zM12 10v4.500M12 17v.1"],
  ["audit", "Audit", "M5 4.500h14v15H5zM8.500 9h7M8.500 12.500h7M8.500 16h4"],
  ["settings", "Settings", "M4 7.500h9M17.500 7.500H20M4 16.500h3M11.500 16.500H20M15.200 5.500v4M9.200 14.500v4"],
];
const main = document.getElementById("main");
let leave = null;
let turn = 0;

const nameOf = (path) => PAGES.find(([name]) => `/${name}` === path.replace(/\/+$/, ""))?.[0] ?? "rounds";

function drawPages() {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": "1.8", "stroke-linecap": "round" };
  const icon = (d) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", ...stroke }, svg("path", { d }));
  put(
    document.getElementById("pages"),
    PAGES.map(([name, label, d]) =>
      el("li", {}, el("a", { href: `/${name}`, "data-page": name }, icon(d), el("span", {}, label))),
    ),
  );
}

async function show() {
  const mine = ++turn;
  const name = nameOf(location.pathname);
  for (const link of document.querySelectorAll("[data-page]")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  leave?.();
  leave = null;
  delete main.dataset.shown;
  const root = el("div", { class: "page" });
  put(main, root);
  const label = PAGES.find(([known]) => known === name)[1];
  document.title = `${label} · VSR server`;
  scrollTo(0, 0);
  try {
    const page = await import(`./pages/${name}.js`);
    if (mine !== turn) return;
    const tidy = await page.show(root);
    if (mine !== turn) return tidy?.();
    leave = tidy ?? null;
  } catch (error) {
    if (mine !== turn) return;
    put(root, head(label), notice(error.message, "care"));
  }
  main.dataset.shown = name;
  if (mine > 1) {
    main.querySelector("h1")?.focus({ preventScroll: true });
    say(label);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const known = PAGES.some(([name]) => `/${name}` === link.pathname);
  if (link.origin !== location.origin || !known || link.hash) return;
  event.preventDefault();
  history.pushState({}, "", link.pathname);
  show();
});
addEventListener("popstate", show);
addEventListener("vsr-signed-out", () => {
  turn++;
  leave?.();
  leave = null;
  const lead = "That happens after twelve hours and when the server was started anew. Run vsr-server dashboard: ";
  put(main, el("div", { class: "page" }, head("This window is not signed in any more", lead, "it prints a fresh link.")));
});
drawPages();
show();

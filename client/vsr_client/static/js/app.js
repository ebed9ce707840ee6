// The shell: navigation, one page at a time by the History API, notices, what to do when the app is locked or gone.

import { el, replace, say } from "./dom.js";
import { onLive } from "./live.js";
import { PAGES, drawShell, mark, pageOf } from "./navigation.js";
import { style, wear } from "./page_sheets.js";
import { notice } from "./parts/pieces.js";
import { refreshState, state, watchState } from "./state.js";

const main = document.getElementById("main");
let leave = null;
let turn = 0;

/** Go to `address` ("/teach", "/listen?recording=…") without loading anything anew. */
export function go(address, { over = false } = {}) {
  history[over ? "replaceState" : "pushState"]({}, "", address);
  return show();
}

async function show() {
  const mine = ++turn;
  const page = pageOf(location.pathname);
  const locked = state?.locked;
  const name = locked ? "unlock" : page.name;
  mark(locked ? null : page);
  let module;
  try {
    module = await import(`./pages/${name}.js`);
    await Promise.all((module.styles ?? []).map(style));
  } catch (error) {
    console.error(error);
    module = {
      title: page.label,
      show: (root) => root.append(notice("This page could not be loaded. Reload it to try again.", { kind: "care" })),
    };
  }
  if (mine !== turn) return;
  leave?.();
  leave = null;
  delete main.dataset.shown;
  const notices = el("div", { class: "shell-notices" });
  const root = el("div", { class: "page" });
  wear(module.styles ?? []);
  replace(main, notices, root);
  if (!locked) drawNotices(notices);
  document.title = `${module.title} · VSR`;
  scrollTo(0, 0);
  const tidy = await module.show(root);
  if (mine !== turn) return tidy?.();
  leave = tidy ?? null;
  main.dataset.shown = name;
  if (mine > 1) {
    main.querySelector("h1")?.focus({ preventScroll: true });
    say(module.title);
  }
}

function drawNotices(place) {
  replace(
    place,
    (state?.notices ?? []).map((text) => notice(text)),
  );
}

function followLinks(event) {
  const anchor = event.target.closest?.("a[href]");
  if (
    !anchor ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  if (anchor.target || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
  const known = anchor.pathname === "/" || PAGES.some((page) => page.path === anchor.pathname);
  if (!known || (anchor.hash && anchor.pathname === location.pathname)) return;
  event.preventDefault();
  go(anchor.pathname + anchor.search);
}

function closed(event) {
  if (event.detail.status === 423 || event.detail.code.startsWith("locked")) {
    if (!state?.locked) start();
    return;
  }
  turn++;
  leave?.();
  leave = null;
  mark(null);
  replace(
    main,
    el(
      "div",
      { class: "page" },
      el(
        "div",
        { class: "page-head" },
        el("h1", { tabindex: "-1" }, "This window is not signed in any more"),
        el(
          "p",
          { class: "lead" },
          "That happens when VSR was started anew. Run `vsr` in a terminal: it opens a fresh link.",
        ),
      ),
    ),
  );
}

/** Ask the app how it is, then show the page. */
export async function start() {
  try {
    await refreshState();
  } catch (error) {
    if (error.status === 401) return;
    replace(main, notice(error.message, { kind: "care" }));
    return;
  }
  if (!state.locked) onLive("recordings", () => refreshState().catch(() => {}));
  await show();
}

// A file dropped beside its place must not take the window to that file.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
}

drawShell();
document.addEventListener("click", followLinks);
addEventListener("popstate", show);
addEventListener("vsr-closed", closed);
watchState(() => {
  const place = main.querySelector(":scope > .shell-notices");
  if (place && !state.locked) drawNotices(place);
});
// Not awaited: pages import this module, and would wait for it while it waits for them.
start();

// The pages' own stylesheets: each loaded once, and in force on its own pages only.

import { el } from "./dom.js";

const loaded = new Map();

/** Load a page's own stylesheet once: a name in css/pages. */
export function style(name) {
  if (!loaded.has(name)) {
    const sheet = el("link", { rel: "stylesheet", href: `/css/pages/${name}` });
    loaded.set(
      name,
      new Promise((resolve) => {
        sheet.addEventListener("load", resolve);
        sheet.addEventListener("error", resolve);
      }),
    );
    document.head.append(sheet);
  }
  return loaded.get(name);
}

/** Let the sheets `names` hold alone: pages name their classes freely, and another page's rules must not reach them. */
export function wear(names) {
  for (const sheet of document.styleSheets) {
    const name = sheet.href?.split("/css/pages/")[1];
    if (name) sheet.disabled = !names.includes(name);
  }
}

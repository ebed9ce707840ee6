// Elements made by function; text is always text, so that nothing from the database becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an element: `el("button", {class: "button", onclick: act}, "Revoke")`. `on…` listens; true and false switch an
 * attribute; null leaves it out. Children are nodes, strings and arrays of them; null and false are left out.
 */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...flat(children));
  return node;
}

const flat = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");

/** Put `children` in place of what is in `node`. */
export function put(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Say `text` to screen readers, politely. */
export function say(text) {
  const status = document.getElementById("status");
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = text));
}

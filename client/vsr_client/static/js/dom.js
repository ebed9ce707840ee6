// Elements made by function, and colours read from the tokens for canvases.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an element: `el("button", {class: "button", onclick: act, disabled: busy}, "Save")`.
 *
 * `vars` sets CSS custom properties (the only styling from scripts), `on…` listens, true and false switch an attribute,
 * null and undefined leave it out. Children are nodes, strings, arrays of them; null and false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "vars") for (const [key, to] of Object.entries(value)) node.style.setProperty(key, to);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** Put `children` in place of what is in `node`. */
export function replace(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Say `text` to screen readers, politely. */
export function say(text) {
  const status = document.getElementById("status");
  status.textContent = "";
  // A live region speaks when its text changes, so the same sentence twice needs a change between.
  requestAnimationFrame(() => (status.textContent = text));
}

let probe;

/** Return a token's colour as the canvas understands it: `colour("--warm")`. */
export function colour(token) {
  probe ??= document.body.appendChild(el("span", { class: "unseen", "aria-hidden": "true" }));
  probe.style.setProperty("color", `var(${token})`);
  return getComputedStyle(probe).color;
}

/** Call `draw` now, when the scheme changes and when `node` changes its size; return what stops that. */
export function drawn(node, draw) {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const sizes = new ResizeObserver(() => draw());
  const theme = new MutationObserver(() => draw());
  scheme.addEventListener("change", draw);
  theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  sizes.observe(node);
  draw();
  return () => {
    scheme.removeEventListener("change", draw);
    sizes.disconnect();
    theme.disconnect();
  };
}

/** Return the 2D context of `canvas`, sized to its place on the screen, with CSS pixels as its unit. */
export function paper(canvas) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return { context, width, height };
}

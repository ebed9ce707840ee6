// How people know a federation again: a fingerprint to compare.

import { el } from "../dom.js";

/** A fingerprint in groups of four, as it is read aloud. */
export const print = (hex) =>
  el(
    "div",
    { class: "print" },
    hex.match(/.{1,4}/g).map((four) => el("span", {}, four)),
  );

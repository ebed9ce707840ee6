// A text to read aloud, for who does not know what to say; one's own words are as good.

import { get } from "../api.js";
import { el, replace } from "../dom.js";
import { button } from "./pieces.js";

const FREE = "";

/** Return {node, id()}: id is that of the text shown, "" for free speech. `preferred` is a language, "" for the browser's. */
export function readingText(preferred) {
  const quote = el("blockquote", { class: "reading-text" });
  const choice = el("select", { class: "select select-auto", "aria-label": "Language of the text to read" });
  const another = button("Another text", { icon: "again", kind: "quiet" }, () => next());
  const node = el("div", { class: "reading" }, quote, el("div", { class: "row" }, choice, another));
  let texts = [];
  let shown = null;

  const show = () => {
    another.hidden = choice.value === FREE;
    quote.lang = shown?.language ?? "en";
    quote.dir = "auto";
    replace(
      quote,
      shown?.text ?? "Say what is on your mind: how your day was, what you see from the window, what comes next.",
    );
  };
  const next = () => {
    const fitting = texts.filter((text) => text.language === choice.value);
    shown = fitting[(fitting.indexOf(shown) + 1) % fitting.length] ?? null;
    show();
  };
  choice.addEventListener("change", () => {
    shown = null;
    next();
  });

  get("/api/texts")
    .then((found) => {
      texts = found;
      const languages = [...new Set(texts.map((text) => text.language))];
      replace(
        choice,
        languages.map((code) => el("option", { value: code }, languageName(code))),
        el("option", { value: FREE }, "My own words"),
      );
      const wanted = [preferred, ...navigator.languages].filter(Boolean).map((code) => code.split("-")[0]);
      choice.value = wanted.find((code) => languages.includes(code)) ?? languages[0] ?? FREE;
      next();
    })
    .catch(() => {
      replace(choice, el("option", { value: FREE }, "My own words"));
      show();
    });
  return { node, id: () => shown?.id ?? FREE };
}

function languageName(code) {
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

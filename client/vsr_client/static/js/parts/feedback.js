// The person's word on a recording: right or wrong, which emotion, a note. Each is saved as it is given.

import { patch } from "../api.js";
import { el, replace, say } from "../dom.js";
import { EMOTIONS, polarityOf, signOf, surenessOf, toneOf } from "../words.js";
import { button, chips, field, tag } from "./pieces.js";
import { toast, toastError } from "./toast.js";

const NOTE_PAUSE = 800;
const other = (polarity) => (polarity === "positive" ? "negative" : "positive");

/** Return the part that asks whether VSR is right about `recording`; `onChange(recording)` after each change. */
export function feedback(recording, onChange = () => {}) {
  const place = el("div", { class: "stack" });
  const change = async (fields, words) => {
    try {
      recording = { ...recording, ...(await patch(`/api/recordings/${recording.id}`, fields)) };
      draw();
      onChange(recording);
      if (words) say(words);
    } catch (error) {
      toastError(error);
    }
  };
  const label = (polarity) =>
    change({ polarity, emotion: null }, `Kept as ${polarity}`).then(() => place.querySelector("[data-after]")?.focus());
  const draw = () => replace(place, recording.polarity ? labelled(recording, change) : question(recording, label));
  draw();
  return el(
    "section",
    { class: "feedback stack", "aria-label": "Is VSR right?" },
    place,
    note(recording, (text) => change({ note: text })),
  );
}

function question({ said }, label) {
  const open = !said || surenessOf(said.positive) === "unsure";
  const polarity = said ? polarityOf(said.positive) : null;
  const answers = open
    ? [
        button("It was positive", { icon: "sun" }, () => label("positive")),
        button("It was negative", { icon: "cloud" }, () => label("negative")),
      ]
    : [
        button("That’s right", { icon: "check", kind: "main" }, () => label(polarity)),
        button("That’s wrong", { icon: "cross" }, () => label(other(polarity))),
      ];
  return [
    el("h3", {}, open ? "What was it?" : "Is VSR right?"),
    el("p", { class: "soft" }, "You know best how you felt. Positive includes calm and neutral."),
    el("div", { class: "row" }, answers),
  ];
}

function labelled(recording, change) {
  const { polarity, emotion } = recording;
  const options = EMOTIONS.filter((option) => option.polarity === polarity).map((option) => ({
    ...option,
    kind: toneOf(polarity),
  }));
  return [
    el(
      "div",
      { class: "row row-between" },
      el("h3", { tabindex: "-1", "data-after": true }, "You said: ", tag(polarity, toneOf(polarity), signOf(polarity))),
      button("Change", { kind: "quiet", small: true }, () =>
        change({ polarity: null, emotion: null }, "Label taken back"),
      ),
    ),
    chips("More exactly, if you like", options, emotion, (value) => change({ polarity, emotion: value }), {
      optional: true,
    }),
  ];
}

function note(recording, save) {
  const input = el("textarea", {
    class: "textarea",
    rows: "2",
    maxlength: "2000",
    value: recording.note ?? "",
    placeholder: "What was going on?",
  });
  let timer = null;
  let saved = input.value;
  const keep = async () => {
    clearTimeout(timer);
    if (input.value === saved) return;
    saved = input.value;
    await save(saved);
    toast("Note kept");
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, NOTE_PAUSE);
  });
  input.addEventListener("blur", keep);
  return field("A note for yourself", input);
}

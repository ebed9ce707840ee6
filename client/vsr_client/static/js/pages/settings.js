// Settings: microphone, languages, what is kept and where, passphrase and key, backup, deleting everything, about.

import { get, patch } from "../api.js";
import { el, replace } from "../dom.js";
import { aboutCard } from "../parts/about_card.js";
import { backupCard } from "../parts/backup_card.js";
import { openForgetting } from "../parts/forgetting.js";
import { keyCard } from "../parts/key_card.js";
import { microphoneChoice } from "../parts/microphone_choice.js";
import { button, card, field, notice, pageHead, waiting } from "../parts/pieces.js";
import { toast, toastError } from "../parts/toast.js";
import { count, size } from "../words.js";

export const title = "Settings";
export const styles = ["settings.css"];

function named(kind, code) {
  try {
    return new Intl.DisplayNames([navigator.language, "en"], { type: kind }).of(code) ?? code;
  } catch {
    return code; // a script may have chosen what is no code at all
  }
}

async function keep(values) {
  try {
    await patch("/api/preferences", values);
    toast("Saved.");
  } catch (error) {
    toastError(error);
  }
}

// Language and country.

function options(kind, codes, chosen, none) {
  const known = [...new Set([...codes, chosen].filter(Boolean))]
    .map((code) => [code, named(kind, code)])
    .sort((a, b) => a[1].localeCompare(b[1]));
  return [
    el("option", { value: "", selected: !chosen }, none),
    ...known.map(([code, name]) => el("option", { value: code, selected: code === chosen }, name)),
  ];
}

function places(chosen, languages, countries) {
  const language = el(
    "select",
    { class: "select", onchange: () => keep({ text_language: language.value }) },
    options("language", languages, chosen.text_language, "As in the browser"),
  );
  const country = el(
    "select",
    { class: "select", onchange: () => keep({ country: country.value }) },
    options("region", countries, chosen.country, "Not said"),
  );
  return card(
    "Reading and help",
    el(
      "div",
      { class: "grid-2" },
      field("Language of the texts to read aloud", language, "Which ones Listen offers first."),
      field("Your country", country, "So that Feel better shows who answers the telephone there."),
    ),
  );
}

// What is kept.

const KINDS = [
  ["audio", "Recordings", "the sound itself"],
  ["database", "What VSR heard and learnt", "labels, notes, your own heads, what left this machine"],
  ["models", "Models", "bases and common models; nothing of yours"],
];

function drawnStorage({ bytes, recordings, folder }) {
  const all = Math.max(
    1,
    KINDS.reduce((sum, [kind]) => sum + bytes[kind], 0),
  );
  const bar = KINDS.filter(([kind]) => bytes[kind]).map(([kind]) =>
    el("span", { class: `storage-${kind}`, vars: { "--share": `${(100 * bytes[kind]) / all}%` } }),
  );
  const kinds = KINDS.map(([kind, name, what]) =>
    el(
      "li",
      {},
      el("span", { class: `storage-${kind}`, "aria-hidden": "true" }),
      el(
        "div",
        {},
        el("strong", { class: "number" }, size(bytes[kind])),
        el("br"),
        name,
        el("br"),
        el("span", { class: "small soft" }, what),
      ),
    ),
  );
  return [
    el(
      "p",
      {},
      el("strong", {}, size(all === 1 ? 0 : all)),
      ` for ${count(recordings, "recording")}, encrypted, in `,
      el("code", { class: "small" }, folder),
    ),
    el("div", { class: "storage-bar", "aria-hidden": "true" }, bar),
    el("ul", { class: "storage-kinds" }, kinds),
  ];
}

function kept(chosen, storage) {
  const audio = el("input", {
    type: "checkbox",
    id: "keep-audio",
    checked: chosen.keep_audio,
    onchange: () => keep({ keep_audio: audio.checked }),
  });
  return card(
    "What is kept",
    drawnStorage(storage),
    el(
      "label",
      { class: "switch", for: "keep-audio" },
      audio,
      el(
        "span",
        {},
        "Keep the sound of new recordings",
        el("br"),
        el(
          "span",
          { class: "small soft" },
          "Without it VSR keeps only what it needs to learn: you cannot play a recording back, and a later, better base cannot hear it anew.",
        ),
      ),
    ),
  );
}

// The end of everything.

function forgetting() {
  const made = card(
    "Delete everything",
    el("p", {}, "You may want a backup first; afterwards VSR is as it was before you first used it."),
    el("div", { class: "row" }, button("Delete everything…", { icon: "bin", kind: "care" }, openForgetting)),
  );
  made.classList.add("danger");
  return made;
}

export async function show(root) {
  root.append(pageHead(title, "Everything here stays on this machine."));
  const loading = waiting("One moment.");
  root.append(loading);
  const box = () => el("div", { class: "stack" });
  const [microphone, reading, storage, key, saved, end, made] = [box(), box(), box(), box(), box(), box(), box()];
  let tidy = () => {};
  try {
    const [chosen, used] = await Promise.all([get("/api/preferences"), get("/api/storage")]);
    const [choice, done] = microphoneChoice(chosen);
    tidy = done;
    const again = async () => replace(key, keyCard(await get("/api/storage"), again));
    replace(microphone, card("Microphone", choice));
    replace(reading, places(chosen, [], []));
    replace(storage, kept(chosen, used));
    replace(key, keyCard(used, again));
    replace(saved, backupCard());
    replace(end, forgetting());
    root.append(microphone, reading, storage, key, saved, end, made);
    const [texts, help, known] = await Promise.allSettled([
      get("/api/texts"),
      get("/api/suggestions"),
      get("/api/about"),
    ]);
    replace(
      reading,
      places(
        chosen,
        (texts.value ?? []).map(({ language }) => language),
        Object.keys(help.value?.emergency ?? {}),
      ),
    );
    if (known.value) replace(made, aboutCard(known.value));
    loading.remove();
  } catch (error) {
    replace(loading, notice(error.message, { kind: "care" }));
  }
  return tidy;
}

// Recordings made elsewhere: dropped or chosen, several at once, each with its own progress and its own problem.

import { ApiError, search, upload } from "../api.js";
import { el, replace, say } from "../dom.js";
import { percent, polarityOf, signOf, size, toneOf, verdictOf } from "../words.js";
import { button, progressBar, tag } from "./pieces.js";

const MOST_BYTES = 2 * 1024 ** 3;

/** Return {node, leave()}, a card that takes files dropped anywhere on the page; `onHeard(recording, howMany)` is called for each file that was heard, howMany being those chosen together. */
export function bringFiles(onHeard) {
  const input = el("input", {
    type: "file",
    multiple: true,
    accept: "audio/*,video/webm,video/mp4,.flac,.ogg,.opus,.wav,.mp3,.m4a,.webm,.mp4",
    class: "unseen",
    "aria-label": "Recordings from this machine",
    tabindex: "-1",
  });
  const list = el("ul", { class: "list uploads", "aria-label": "Files you brought" });
  const choose = button("Choose files", { icon: "file" }, () => input.click());
  const zone = el(
    "section",
    { class: "card bring", "aria-labelledby": "bring-title" },
    el(
      "div",
      { class: "row row-between" },
      el(
        "div",
        { class: "bring-words" },
        el("h2", { id: "bring-title" }, "Or bring a recording"),
        el(
          "p",
          { class: "soft" },
          "Drop files anywhere on this page: WAV, MP3, M4A, FLAC, OGG, WebM. They are heard on this machine only.",
        ),
      ),
      choose,
    ),
    input,
    list,
  );
  let queue = Promise.resolve();
  const take = (files) => {
    const chosen = [...files];
    for (const file of chosen) {
      const row = uploadRow(file);
      list.append(row.node);
      // One after the other: hearing is what takes the time, and it uses the whole machine anyhow.
      queue = queue.then(() => bring(file, row, (recording) => onHeard(recording, chosen.length)));
    }
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  const over = (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    zone.classList.add("bring-over");
  };
  const away = (event) => event.relatedTarget === null && zone.classList.remove("bring-over");
  const drop = (event) => {
    zone.classList.remove("bring-over");
    if (!bringsFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  };
  const heard = { dragover: over, dragleave: away, drop };
  for (const [kind, listener] of Object.entries(heard)) addEventListener(kind, listener);
  const leave = () => Object.entries(heard).forEach(([kind, listener]) => removeEventListener(kind, listener));
  return { node: zone, leave };
}

const bringsFiles = (event) => event.dataTransfer?.types.includes("Files");

async function bring(file, row, onHeard) {
  if (row.stopped.signal.aborted) return;
  try {
    if (file.size > MOST_BYTES)
      throw new ApiError("too_large", "This is larger than 2 GB. Cut it into shorter pieces first.", 413);
    const query = search({ name: file.name, offset_minutes: String(-new Date().getTimezoneOffset()) });
    const recording = await upload(`/api/recordings${query}`, file, row.progress, row.stopped.signal);
    row.done(recording);
    onHeard(recording);
  } catch (error) {
    row.failed(error);
  }
}

function uploadRow(file) {
  const stopped = new AbortController();
  const bar = progressBar(`${file.name}, progress`);
  const says = el("span", { class: "small soft number" }, "waiting");
  const cancel = button("Stop", { kind: "quiet", small: true, "aria-label": `Stop ${file.name}` }, () => {
    stopped.abort();
    failed({ message: "You stopped this one." });
  });
  const end = el("div", { class: "row" }, says, cancel);
  const node = el(
    "li",
    { class: "upload" },
    el("div", { class: "row row-between" }, el("span", { class: "upload-name" }, file.name), end),
    bar,
  );
  const progress = (share) => {
    bar.value = share;
    says.textContent = share < 1 ? `${percent(share)} of ${size(file.size)}` : "VSR is listening …";
  };
  const done = (recording) => {
    bar.remove();
    const { said } = recording;
    const verdict = said
      ? tag(
          verdictOf(said.positive, said.sure),
          said.sure === "unsure" ? "" : toneOf(polarityOf(said.positive)),
          said.sure === "unsure" ? null : signOf(polarityOf(said.positive)),
        )
      : tag("Kept");
    replace(
      end,
      verdict,
      el("a", { href: `/listen?recording=${recording.id}`, "aria-label": `Show ${file.name}` }, "Show"),
    );
    say(`${file.name}: ${said ? verdictOf(said.positive, said.sure) : "kept"}`);
  };
  const failed = (error) => {
    bar.remove();
    replace(end, tag("Not heard", "", "cross"));
    if (!node.querySelector(".upload-problem")) node.append(el("p", { class: "small upload-problem" }, error.message));
    say(`${file.name}: ${error.message}`);
  };
  return { node, progress, done, failed, stopped };
}

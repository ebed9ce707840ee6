// What VSR learnt of this voice, newest first; any of it can be taken into use again.

import { del, get, post } from "../api.js";
import { el, replace } from "../dom.js";
import { refreshState } from "../state.js";
import { count, percent, when } from "../words.js";
import { confirm } from "./dialog.js";
import { button, iconButton, tag } from "./pieces.js";
import { toast, toastError } from "./toast.js";

/** Return {node, load()}. */
export function headsCard() {
  const list = el("ul", { class: "list" });
  const node = el(
    "section",
    { class: "card", "aria-labelledby": "heads-title", hidden: true },
    el("h2", { id: "heads-title" }, "What it learnt so far"),
    el(
      "p",
      { class: "soft" },
      "Each time VSR learns, it keeps what it learnt beside what it knew. You can go back at any time.",
    ),
    list,
  );

  const load = async () => {
    const heads = await get("/api/heads");
    node.hidden = heads.length === 0;
    const used = heads.some((head) => head.in_use);
    replace(
      list,
      heads.map((head) => row(head)),
      untaught(!used),
    );
  };
  const act = async (call, words) => {
    try {
      await call();
      await Promise.all([load(), refreshState()]);
      toast(words);
    } catch (error) {
      toastError(error);
    }
  };
  const row = (head) =>
    el(
      "li",
      { class: "head" },
      el(
        "div",
        { class: "head-words" },
        el("strong", {}, when(head.made)),
        el("span", { class: "small soft" }, `from ${count(head.recordings, "recording")}${rates(head)}`),
      ),
      el(
        "div",
        { class: "row head-actions" },
        head.in_use ? tag("In use", "accent", "check") : useButton(head),
        el(
          "a",
          {
            class: "button button-quiet button-small",
            href: `/api/heads/${head.id}/file`,
            download: true,
            "aria-label": `Save what it learnt ${when(head.made)} as a file`,
          },
          "Save",
        ),
        iconButton(`Delete what it learnt ${when(head.made)}`, "bin", () => remove(head)),
      ),
    );
  const useButton = (head) => {
    if (head.fits === false) return tag("For an older base");
    return button("Use this", { small: true, "aria-label": `Use what it learnt ${when(head.made)}` }, () =>
      act(() => post(`/api/heads/${head.id}/use`), "In use from here on"),
    );
  };
  const untaught = (used) =>
    el(
      "li",
      { class: "head" },
      el(
        "div",
        { class: "head-words" },
        el("strong", {}, "Untaught"),
        el("span", { class: "small soft" }, "VSR as it came, before it knew your voice"),
      ),
      el(
        "div",
        { class: "row head-actions" },
        used
          ? tag("In use", "accent", "check")
          : button("Use this", { small: true, "aria-label": "Use VSR untaught" }, () =>
              act(() => post("/api/heads/none/use"), "VSR listens as it came"),
            ),
      ),
    );
  const remove = async (head) => {
    const sure = await confirm("Delete what it learnt then?", "Your recordings stay. VSR can learn from them again.", {
      yes: "Delete",
      no: "Keep",
      care: true,
    });
    if (sure) await act(() => del(`/api/heads/${head.id}`), "Deleted");
  };
  return { node, load };
}

function rates({ before, after }) {
  if (before?.uar == null || after?.uar == null) return "";
  return ` · right calls ${percent(before.uar)} before, ${percent(after.uar)} after`;
}

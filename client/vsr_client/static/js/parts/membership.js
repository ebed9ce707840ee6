// Being a member: how taking part goes, whom it trusts, pausing and leaving.

import { post } from "../api.js";
import { el } from "../dom.js";
import { count, sentence, when } from "../words.js";
import { openDialog } from "./dialog.js";
import { print } from "./identity.js";
import { button, card, facts, more, notice } from "./pieces.js";
import { toast, toastError } from "./toast.js";

const STATES = {
  looking: ["", "Looking for the server", "This takes a few seconds."],
  connected: [
    "on",
    "You are taking part",
    "When the server asks, your machine learns and answers by itself. You need not do anything.",
  ],
  lost: ["care", "The connection was lost", "VSR keeps trying by itself."],
  uncertified: [
    "care",
    "The operator has yet to certify this machine",
    "You are let in. Until the operator has certified this machine it stands in no sum; VSR asks again by itself.",
  ],
  not_let_in: ["care", "The server does not let this machine in", "VSR asks again by itself."],
  unreachable: ["care", "The server does not answer", "VSR keeps trying by itself."],
  nothing_taught: [
    "care",
    "There is nothing to contribute yet",
    "Say of a recording or two whether VSR was right; then you take part by yourself.",
  ],
  stopped: ["care", "This machine stopped taking part", ""],
  paused: ["", "Paused", "Nothing leaves this machine until you go on."],
};

/** The card of who takes part in the federation of `data`; `changed(data)` after whatever is done. */
export function membership(data, changed) {
  const [tone, head, text] = STATES[data.state] ?? STATES.looking;
  const act = (path, body) => async () => {
    try {
      changed(await post(`/api/together/${path}`, body));
    } catch (error) {
      toastError(error);
    }
  };
  const again = ["unreachable", "uncertified", "not_let_in", "lost", "stopped"].includes(data.state);
  return card(
    "Your part",
    el(
      "div",
      { class: "together-state" },
      el("span", { class: tone ? `together-dot together-dot-${tone}` : "together-dot", "aria-hidden": "true" }),
      el(
        "p",
        {},
        el("strong", {}, head),
        el("br"),
        el(
          "span",
          { class: "soft" },
          ["stopped", "lost"].includes(data.state) && data.says ? `${sentence(data.says)} ${text}` : text,
        ),
      ),
    ),
    data.state === "connected" && data.said && el("p", { class: "small soft", role: "status" }, sentence(data.said)),
    data.server.base_fits === false &&
      notice("This federation improves another base model than yours, so rounds are refused.", { kind: "care" }),
    facts([
      ["Server", data.server.address],
      ["Calls itself", data.server.organisation || "nothing"],
      ["Since", when(data.since)],
      [
        "Contributes",
        data.labelled ? `what it learns from ${count(data.labelled, "labelled recording")}` : "nothing yet",
      ],
      [
        "Your own terms",
        `at least ${data.terms.minimum_cohort} machines in a round, at most ${data.terms.most_epochs} passes over your recordings`,
      ],
    ]),
    el(
      "div",
      { class: "row" },
      data.paused
        ? button("Go on", { icon: "play", kind: "main" }, act("resume"))
        : button("Pause", { icon: "pause" }, act("pause")),
      again && !data.paused && button("Try now", { icon: "again" }, act("resume")),
      data.state === "nothing_taught" && el("a", { class: "button button-main", href: "/listen" }, "Go to Listen"),
      button("Leave", { kind: "quiet" }, () => leaving(changed)),
    ),
    more(
      "Whom you trust",
      el(
        "div",
        { class: "stack" },
        el("h3", {}, "The federation’s fingerprint"),
        print(data.server.fingerprint),
        el(
          "p",
          { class: "small soft" },
          "It is over the server’s authority, the key that signs models and the key that certifies people. This machine takes nothing that others signed.",
        ),
        el("h3", {}, "This machine there"),
        el("p", {}, enrolled(data)),
      ),
    ),
  );
}

function enrolled({ machine, certified }) {
  if (!machine) return "The server has not let this machine in yet.";
  return certified
    ? `Let in as ${machine}, and certified: it may stand in sums.`
    : `Let in as ${machine}; the operator has yet to certify it.`;
}

async function leaving(changed) {
  const model = el("input", { type: "checkbox", id: "delete-model" });
  const leave = button("Leave", { kind: "care-main" }, async () => {
    leave.disabled = true;
    try {
      changed(await post("/api/together/leave", { delete_model: model.checked }));
      toast("You left. Nothing is sent any more.");
      opened.close("left");
    } catch (error) {
      toastError(error);
      leave.disabled = false;
    }
  });
  const opened = openDialog("Leave this federation?", [
    el(
      "p",
      {},
      "Your machine stops at once, and its keys for this federation are deleted: to come back you need a new invitation. What it sent cannot be called back: it is part of the common model. The list of what was sent stays here for you.",
    ),
    el(
      "label",
      { class: "switch", for: "delete-model" },
      model,
      el("span", {}, "Delete the common model from this machine, too"),
    ),
    el(
      "div",
      { class: "dialog-foot" },
      button("Stay", { autofocus: true }, () => opened.close("")),
      leave,
    ),
  ]);
  await opened.closed;
}

// Settings: pause, schedule, and what scripts need.

import { change, get, post } from "../api.js";
import { el, put } from "../dom.js";
import { button, card, confirm, facts, head, notice } from "../parts.js";
import { lasted, when } from "../words.js";

export async function show(root) {
  const rounds = el("div", { class: "stack" });
  const draw = (found) => drawRounds(rounds, found, draw);
  const found = await get("/api/settings");
  put(
    root,
    head("Settings"),
    card("Rounds", rounds),
    card(
      "For scripts and Prometheus",
      el("p", {}, "The API is described at ", el("a", { href: "/api/openapi.json" }, "/api/openapi.json"), ". Scripts send the token in admin.token of the server’s data folder as a bearer token."),
      el("p", {}, "Prometheus reads /metrics with the token in metrics.token, which opens nothing else. /healthz and /readyz need none."),
    ),
    card(
      "This window",
      facts({ "VSR": found.version }),
      el("div", { class: "row" }, button("Sign out", signOut)),
    ),
  );
  draw(found);
}

function drawRounds(place, found, again) {
  const said = {
    "A round begins": found.every === null ? "as soon as the last has ended" : `every ${spoken(found.every)}`,
    "Next one": found.paused ? "when you go on" : found.next_at ? when(found.next_at) : "as soon as enough machines are there",
    "Invitations lead to": found.address ?? "where the server runs",
  };
  put(
    place,
    notice(found.paused ? "Paused. No new round begins." : "Rounds are running.", found.paused ? "warm" : ""),
    facts(said),
    el(
      "div",
      { class: "row" },
      found.paused
        ? button("Go on", async () => again(await change("/api/settings", { paused: false })), "button-main")
        : button("Pause", () => pause(again)),
    ),
    el("p", { class: "small soft" }, "The schedule is set when the server starts, with ", el("span", { class: "keep" }, "--every"), "."),
  );
}

async function pause(again) {
  let found = null;
  const done = await confirm(
    "Pause the rounds?",
    [
      "A round that is open goes on to its end. No further one begins until you go on, also after the server was started anew.",
      "Machines stay connected, and people can join and fetch the model.",
    ],
    { yes: "Pause", act: async () => (found = await change("/api/settings", { paused: true })) },
  );
  if (done !== null) again(found);
}

async function signOut() {
  await post("/api/sign-out");
  dispatchEvent(new CustomEvent("vsr-signed-out"));
}

function spoken(seconds) {
  for (const [unit, each] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    const number = seconds / each;
    if (number >= 1 && Number.isInteger(number)) return number === 1 ? unit : `${number} ${unit}s`;
  }
  return lasted(seconds);
}

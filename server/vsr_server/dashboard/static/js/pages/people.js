// People: how many, and the list that is needed to take one out.

import { get, post } from "../api.js";
import { el, put, say } from "../dom.js";
import { button, card, confirm, empty, facts, field, head, numbers, table, tag } from "../parts.js";
import { picture } from "../picture.js";
import { when } from "../words.js";

const STATES = { open: "good", used: "", expired: "warm", withdrawn: "care" };

export async function show(root) {
  const places = { counts: el("div", { class: "stack" }), machines: el("div", {}), invitations: el("div", {}) };
  const draw = async () => {
    const [people, machines, invitations] = await Promise.all(
      ["/api/people", "/api/machines", "/api/invitations"].map((path) => get(path)),
    );
    drawCounts(places.counts, people);
    drawMachines(places.machines, machines, draw);
    drawInvitations(places.invitations, invitations, draw);
  };
  put(
    root,
    head("People", "By number. What anybody said, how they sounded and what they labelled never reaches this server."),
    card("Machines", places.counts),
    card("Invite somebody", inviting(draw)),
    card("Invitations", places.invitations),
    card("Machines that were let in", places.machines),
  );
  await draw();
}

function drawCounts(place, people) {
  const days = people.days;
  const date = (iso) => new Date(iso).toLocaleDateString([], { day: "numeric", month: "short" });
  const points = [...days.map((day) => ({ x: date(day.day), y: day.enrolled })), { x: "now", y: people.enrolled }];
  put(
    place,
    numbers({
      enrolled: people.enrolled,
      "connected now": people.connected,
      revoked: people.revoked,
      "invitations open": people.invitations.open,
      "invitations used": people.invitations.used,
      "invitations expired": people.invitations.expired,
    }),
    people.connected === null && el("p", { class: "soft small" }, "The SuperLink does not answer, so nobody can be counted as connected."),
    days.length > 0 && [
      el("p", { class: "small soft" }, "Enrolled machines by day"),
      picture(points, {
        says: `Enrolled machines: ${days[0].enrolled} on ${date(days[0].day)}, ${people.enrolled} now`,
        kind: "steps",
        from: 0,
      }),
    ],
  );
}

function inviting(again) {
  const name = field("What to call the machine", { maxlength: "100", autocomplete: "off" }, "Shown to you alone.");
  const days = field("Days for which it may be used", { type: "number", min: "0.01", max: "365", step: "any", value: "7" });
  const made = el("div", { class: "stack" });
  const make = async () => {
    const found = await post("/api/invitations", { name: name.input.value, days: Number(days.input.value) || 7 });
    name.input.value = "";
    const copied = async () => {
      await navigator.clipboard.writeText(found.invitation);
      say("Copied");
    };
    put(
      made,
      el("p", {}, "Send this line to one person. It is shown once and kept nowhere."),
      el("p", { class: "copy", tabindex: "0", role: "group", "aria-label": "The invitation" }, found.invitation),
      el("div", { class: "row" }, button("Copy the line", copied, "button-small")),
      facts({
        Leads: `to ${found.server}, until ${when(found.expires_at)}`,
        Fingerprint: el("span", { class: "mono" }, found.fingerprint.match(/.{4}/g).join(" ")),
      }),
      el("p", { class: "small soft" }, "Tell them the fingerprint on another way, by telephone perhaps: they compare it before they join."),
    );
    await again();
  };
  return el(
    "div",
    { class: "stack" },
    el("div", { class: "fields" }, name.node, days.node),
    el("div", { class: "row" }, button("Make an invitation", make, "button-main")),
    made,
  );
}

function drawMachines(place, machines, again) {
  if (!machines.length) return put(place, empty("Nobody yet. An invitation lets a machine in."));
  const state = (one) =>
    one.revoked_at ? tag("revoked", "care") : one.connected ? tag("connected", "good") : tag(one.connected === null ? "unknown" : "away");
  put(
    place,
    table(
      "Machines",
      ["Name", "Number", "Let in", "State", ""],
      machines.map((one) => [
        one.name,
        el("span", { class: "mono" }, one.id),
        when(one.enrolled_at),
        state(one),
        one.revoked_at ? when(one.revoked_at) : button("Revoke", () => revoke(one, again), "button-care button-small"),
      ]),
    ),
  );
}

async function revoke(machine, again) {
  const done = await confirm(
    `Revoke ${machine.name}?`,
    [
      "The server answers this machine no more, and it stands in no further sum. That cannot be taken back: to come again it needs a new invitation and new keys.",
      "What is in the common model already stays there: nobody can tell its part apart, and nobody can take it out.",
      "If a round is open, it goes on without it where enough others answer.",
      "This goes into the audit log.",
    ],
    { yes: "Revoke", care: true, act: () => post(`/api/machines/${machine.id}/revoke`) },
  );
  if (done !== null) await again();
}

function drawInvitations(place, invitations, again) {
  if (!invitations.length) return put(place, empty("None was made yet."));
  const withdraw = async (one) => {
    await post(`/api/invitations/${one.id}/withdraw`);
    say("Withdrawn");
    await again();
  };
  const shown = (caption, found) =>
    table(
      caption,
      ["For", "Number", "Made", "Until", "State", ""],
      found.map((one) => [
        one.name || "nobody by name",
        el("span", { class: "mono" }, one.id),
        when(one.created_at),
        when(one.expires_at),
        tag(one.state, STATES[one.state]),
        one.state === "open" ? button("Withdraw", () => withdraw(one), "button-small") : "",
      ]),
    );
  const open = invitations.filter((one) => one.state === "open");
  const closed = invitations.filter((one) => one.state !== "open");
  // Drawn again after every act: what somebody unfolded stays unfolded.
  const unfolded = place.querySelector("details")?.open ?? false;
  put(
    place,
    open.length ? shown("Open invitations", open) : empty("None is open."),
    closed.length > 0 &&
      el(
        "details",
        { class: "more", open: unfolded },
        el("summary", {}, `Used, expired and withdrawn (${closed.length})`),
        shown("Invitations that let nobody in any more", closed),
      ),
  );
}

// Models: how good each version is, and which is given out.

import { get, post } from "../api.js";
import { el, put } from "../dom.js";
import { button, card, confirm, empty, head, table, tag } from "../parts.js";
import { picture } from "../picture.js";
import { figure, figures, when } from "../words.js";

const KINDS = { current: "good", earlier: "", candidate: "warm", rejected: "care" };
const POINT = { current: "good", earlier: "plain", candidate: "warm", rejected: "care" };
const AT_FIRST = 12;
const NAMES = {
  uar: "UAR on your validation recordings",
  nll: "NLL on your validation recordings (nats)",
  machines_loss: "Mean loss on the machines (nats)",
};

export async function show(root) {
  const place = el("div", { class: "stack" });
  const quality = el("div", { class: "stack" });
  put(
    root,
    head("Models", "Every round brings a version. What passes the gate is given out; you may decide otherwise."),
    card("Quality over versions", quality),
    card("Versions", place),
  );
  const draw = (versions) => {
    drawQuality(quality, versions);
    drawVersions(place, versions, draw);
  };
  draw(await get("/api/models"));
}

function drawQuality(place, versions) {
  const names = [...new Set(versions.flatMap((version) => Object.keys(version.figures)))];
  const order = Object.keys(NAMES);
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  names.sort((one, other) => rank(one) - rank(other));
  if (!names.length) {
    put(place, empty("No figures yet. They come with --validation FOLDER, or with metrics that the machines average."));
    return;
  }
  const shown = el("div", { class: "stack" });
  const choice = el(
    "select",
    { class: "select", "aria-label": "Figure", onchange: () => drawFigure(shown, versions, choice.value) },
    names.map((name) => el("option", { value: name }, NAMES[name] ?? name.replaceAll("_", " "))),
  );
  put(place, el("div", { class: "row" }, choice), shown);
  drawFigure(shown, versions, names[0]);
}

function drawFigure(place, versions, name) {
  const known = versions.filter((version) => name in version.figures).reverse();
  const points = known.map((version) => ({
    x: `v${version.version}`,
    y: version.figures[name],
    kind: POINT[version.status],
    ring: version.status === "current",
    aside: version.status === "rejected" || version.status === "candidate",
  }));
  const [first, last] = [known[0], known.at(-1)];
  const says =
    `${NAMES[name] ?? name} of ${known.length} versions: ${figure(first.figures[name])} at version ${first.version}, ` +
    `${figure(last.figures[name])} at version ${last.version}`;
  const kinds = [...new Set(known.map((version) => version.status))];
  put(
    place,
    picture(points, { says }),
    el(
      "ul",
      { class: "key" },
      kinds.map((status) => el("li", { class: POINT[status] }, status)),
    ),
  );
}

function drawVersions(place, versions, again, shown = AT_FIRST) {
  if (!versions.length) return put(place, empty("No version yet: the federation has not begun."));
  put(
    place,
    table(
      "Versions of the common model",
      ["Version", "Made", "Status", "Figures", ""],
      versions.slice(0, shown).map((version) => row(version, versions, again)),
    ),
    versions.length > shown &&
      el("div", { class: "row" }, button("Show all", async () => drawVersions(place, versions, again, versions.length))),
  );
}

/** The label of a row's button; screen readers hear which version it is about. */
const to = (label, version) => [label, el("span", { class: "unseen" }, ` to version ${version.version}`)];

function row(version, versions, again) {
  const from = version.round ? `from round ${version.round}` : "the base’s own weights";
  const actions = [
    version.may_promote && button(to("Promote", version), () => promote(version, versions, again), "button-small"),
    version.may_return && button(to("Roll back", version), () => rollBack(version, versions, again), "button-small"),
  ].filter(Boolean);
  return [
    [
      el("span", { class: "number" }, `${version.version}`),
      el("p", { class: "small soft" }, from),
      el("p", { class: "small soft mono", title: version.sha256 }, version.sha256.slice(0, 12)),
    ],
    el("span", { class: "keep" }, when(version.created_at)),
    [tag(version.status, KINDS[version.status]), version.reason && el("p", { class: "small soft" }, version.reason)],
    figures(version.figures),
    actions.length ? el("div", { class: "row" }, actions) : "",
  ];
}

const currentOf = (versions) => versions.find((version) => version.status === "current")?.version;

async function promote(version, versions, again) {
  let found = null;
  const done = await confirm(
    `Promote version ${version.version}?`,
    [
      `From now on everybody is given version ${version.version} instead of version ${currentOf(versions)}.`,
      version.status === "rejected"
        ? "The gate held it back. You overrule the gate."
        : "It has not been through the gate. You decide in its place.",
      "The next round begins from it, without the momentum of the rounds before.",
      "Version and reason go into the audit log.",
    ],
    {
      yes: "Promote",
      reason: true,
      act: async (reason) => (found = await post(`/api/models/${version.version}/promote`, { reason })),
    },
  );
  if (done !== null) again(found);
}

async function rollBack(version, versions, again) {
  let found = null;
  const done = await confirm(
    `Roll back to version ${version.version}?`,
    [
      `Its weights are given out again, signed as a new version with a higher number: machines refuse older numbers.`,
      `Version ${currentOf(versions)}, which is current now, counts as rejected. Its weights stay on the server.`,
      "The next round begins from the new version, without the momentum of the rounds before. Who has the current " +
        "version keeps it until they hear of the new one.",
      "Version and reason go into the audit log.",
    ],
    {
      yes: "Roll back",
      care: true,
      reason: true,
      act: async (reason) => (found = await post(`/api/models/${version.version}/roll-back`, { reason })),
    },
  );
  if (done !== null) again(found);
}

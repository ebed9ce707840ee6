// What happens while one looks: jobs that go on and recordings that changed, over one stream for all windows.

import { refreshState } from "./state.js";

const KINDS = ["job", "recordings"];
const NAME = "vsr-live";
const listeners = new Map(KINDS.map((kind) => [kind, new Set()]));
const others = new BroadcastChannel(NAME);
others.addEventListener("message", ({ data }) => tell(data.kind, data.news));
let following = false;

/** Call `heard(news)` at each event of `kind` ("job", "recordings"); news is null where much may have changed. */
export function onLive(kind, heard) {
  listeners.get(kind).add(heard);
  follow();
  return () => listeners.get(kind).delete(heard);
}

function tell(kind, news) {
  for (const listener of [...listeners.get(kind)]) listener(news);
}

// Browsers open six connections to one address, over all windows, so one window listens for all of them. The lock passes
// to another when that one is closed.
async function follow() {
  if (following) return;
  following = true;
  const forGood = () => new Promise(() => {});
  await navigator.locks.request(NAME, { ifAvailable: true }, (lock) => lock && (listen(), forGood()));
  await navigator.locks.request(NAME, () => {
    listen();
    // What happened while nobody listened.
    catchUp();
    return forGood();
  });
}

function listen() {
  const stream = new EventSource("/api/events");
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event) => {
      const news = event.data ? JSON.parse(event.data) : null;
      tell(kind, news);
      others.postMessage({ kind, news });
    });
  }
}

async function catchUp() {
  const state = await refreshState().catch(() => null);
  for (const job of Object.values(state?.jobs ?? {})) if (job) tell("job", job);
  tell("recordings", null);
}

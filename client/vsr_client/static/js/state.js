// What the app says of itself: the base, the head in use, counts, jobs, notices.

import { get } from "./api.js";

export let state = null;
const watchers = new Set();

/** Ask the app again and tell everybody who watches. */
export async function refreshState() {
  state = await get("/api/state");
  for (const watcher of watchers) watcher(state);
  return state;
}

/** Call `watcher(state)` at each change; return what stops it. */
export function watchState(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

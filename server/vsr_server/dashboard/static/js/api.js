// The server's own API, the only address these pages ever talk to.

const GONE = "The server does not answer. See whether it runs; `vsr-server status` tells.";

export const get = (path, query = {}) => {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return send("GET", kept.length ? `${path}?${new URLSearchParams(kept)}` : path);
};
export const post = (path, body = {}) => send("POST", path, body);
export const change = (path, body) => send("PATCH", path, body);

async function send(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error(GONE);
  }
  if (response.status === 204) return null;
  const found = await response.json().catch(() => null);
  if (response.ok) return found;
  if (response.status === 401) dispatchEvent(new CustomEvent("vsr-signed-out"));
  throw new Error(sentence(found?.error?.message ?? `the server answered ${response.status}; try again`));
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

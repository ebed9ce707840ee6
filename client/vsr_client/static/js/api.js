// The app's own API, the only address these pages ever talk to.

export class ApiError extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const GONE = "VSR does not answer any more. Start it again with `vsr` in a terminal, then reload this page.";

/** GET `path`; `query` becomes its search, empty values left out. */
export const get = (path, query = {}) => send("GET", path + search(query));
export const post = (path, body) => send("POST", path, body);
export const patch = (path, body) => send("PATCH", path, body);
export const put = (path, body) => send("PUT", path, body);
export const del = (path, body) => send("DELETE", path, body);

/** Return "?a=1&b=2" of what is not empty. */
export function search(query) {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return kept.length ? `?${new URLSearchParams(kept)}` : "";
}

/**
 * Send a request and return its JSON (or null where there is none). A plain object travels as JSON; bytes, blobs and
 * files as they are. Throws ApiError with the app's own sentence.
 */
export async function send(method, path, body, headers = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers } };
  if (body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    options.body = body;
    options.headers["Content-Type"] ??= "application/octet-stream";
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError("unreachable", GONE, 0);
  }
  return answer(response.status, await response.text());
}

/** Send `file` as it is and call `onProgress(0..1)` on the way; `signal` may end it. Return its JSON. */
export function upload(path, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener(
      "progress",
      (event) => event.lengthComputable && onProgress(event.loaded / event.total),
    );
    request.addEventListener("load", () => {
      try {
        resolve(answer(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    });
    request.addEventListener("error", () => reject(new ApiError("unreachable", GONE, 0)));
    request.addEventListener("abort", () => reject(new ApiError("cancelled", "You stopped this one.", 0)));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function answer(status, text) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    if (status < 400)
      throw new ApiError("invalid", "VSR answered something these pages cannot read. Reload the page.", status);
  }
  if (status < 400) return body;
  const { code = "failed", message = `VSR answered ${status}. Please try again.` } = body?.error ?? {};
  if (status === 401 || status === 423) dispatchEvent(new CustomEvent("vsr-closed", { detail: { status, code } }));
  throw new ApiError(code, message, status);
}

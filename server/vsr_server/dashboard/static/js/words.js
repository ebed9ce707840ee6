// How the pages speak of times, sizes and numbers.

const DAY = 24 * 3600 * 1000;

/** ISO time -> "today, 14:05", "yesterday, 9:12", "3 Nov, 18:20", in the window's own time zone. */
export function when(iso) {
  if (!iso) return "";
  const time = new Date(iso);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const hour = time.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  if (time >= midnight && time < midnight + DAY) return `today, ${hour}`;
  if (time >= midnight - DAY && time < midnight) return `yesterday, ${hour}`;
  const date = { day: "numeric", month: "short" };
  if (time.getFullYear() !== new Date().getFullYear()) date.year = "numeric";
  return `${time.toLocaleDateString([], date)}, ${hour}`;
}

/** count(1, "machine") -> "1 machine", count(3, "machine") -> "3 machines" */
export const count = (number, word) => `${number.toLocaleString()} ${word}${number === 1 ? "" : "s"}`;

/** 3100040 -> "3.1 MB" */
export function size(bytes) {
  for (const unit of ["bytes", "kB", "MB", "GB"]) {
    if (bytes < 1000 || unit === "GB") return `${Math.round(bytes * 10) / 10} ${unit}`;
    bytes /= 1000;
  }
  return "";
}

/** 0.71234 -> "0.712" */
export const figure = (value) => String(Number(value.toPrecision(3)));

/** {uar: 0.71} -> "uar 0.71"; null -> why there is none */
export function figures(found, smallest = 3) {
  if (found === null) return `none: fewer than ${smallest} machines`;
  const said = Object.entries(found).map(([name, value]) => `${name.replaceAll("_", " ")} ${figure(value)}`);
  return said.join(", ") || "none";
}

/** 75 -> "1 min 15 s" */
export function lasted(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

// A person's days: "2026-11-03" as the app writes them, whatever the hour and the zone.

/** Date -> "2026-11-03" on this machine's clock. */
export function dayOf(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "2026-11-03" -> Date at noon, so that no change of clocks moves it to another day. */
export function dateOf(day) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date, 12);
}

/** The day `number` days after `day`. */
export function plusDays(day, number) {
  const date = dateOf(day);
  date.setDate(date.getDate() + number);
  return dayOf(date);
}

/** How many days `last` comes after `first`. */
export const daysBetween = (first, last) => Math.round((dateOf(last) - dateOf(first)) / 86_400_000);

export const today = () => dayOf(new Date());

/** "2026-11-03" -> "Tuesday 3 November", with the year where it is not this one. */
export function dayWords(day, style = "long") {
  const date = dateOf(day);
  const options = { weekday: style, day: "numeric", month: style };
  if (date.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
  return date.toLocaleDateString([], options);
}

/** When somebody recorded, on their own clock there: "Today, 9:12", "Sat 21 Nov, 0:11", whatever this machine's zone. */
export function whenThere(iso) {
  const [there, day] = [new Date(iso.slice(0, 19)), iso.slice(0, 10)];
  const named = { [today()]: "Today", [plusDays(today(), -1)]: "Yesterday" }[day] ?? dayWords(day, "short");
  return `${named}, ${there.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })}`;
}

/** "2026-11" or a day of it -> "November 2026" */
export const monthWords = (day) => dateOf(`${day.slice(0, 7)}-01`).toLocaleDateString([], { month: "long", year: "numeric" });

/** How a day sounded: its word, its sign, its colour. A single recording never gives a day its tone. */
export const TONES = {
  positive: { word: "more positive", icon: "sun", kind: "warm" },
  mixed: { word: "mixed", icon: "mixed", kind: "" },
  negative: { word: "more negative", icon: "cloud", kind: "cool" },
  few: { word: "one recording", icon: "dot", kind: "" },
  none: { word: "not heard yet", icon: "dot", kind: "" },
};

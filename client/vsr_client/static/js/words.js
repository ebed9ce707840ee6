// How VSR speaks of times, lengths and what a voice sounds like. Never "you are", never "certain".

const DAY = 24 * 3600 * 1000;

/** "sounds positive" / "sounds negative" */
export const polarityOf = (positive) => (positive >= 0.5 ? "positive" : "negative");
export const toneOf = (polarity) => (polarity === "positive" ? "warm" : "cool");
export const signOf = (polarity) => (polarity === "positive" ? "sun" : "cloud");

/** How sure VSR is by the distance from even chances. */
export function surenessOf(positive) {
  const distance = Math.abs(positive - 0.5);
  return distance < 0.1 ? "unsure" : distance < 0.3 ? "leaning" : "fairly sure";
}

/** A sentence of the verdict: what it sounds like to VSR. */
export function verdictOf(positive, sure = surenessOf(positive)) {
  const polarity = polarityOf(positive);
  if (sure === "unsure") return "VSR cannot tell";
  if (sure === "leaning") return `Sounds rather ${polarity} to VSR`;
  return `Sounds ${polarity} to VSR`;
}

export const EMOTIONS = [
  { value: "neutral", label: "Neutral", polarity: "positive" },
  { value: "calm", label: "Calm", polarity: "positive" },
  { value: "happy", label: "Happy", polarity: "positive" },
  { value: "surprised", label: "Surprised", polarity: "positive" },
  { value: "sad", label: "Sad", polarity: "negative" },
  { value: "angry", label: "Angry", polarity: "negative" },
  { value: "fearful", label: "Fearful", polarity: "negative" },
  { value: "disgust", label: "Disgusted", polarity: "negative" },
];

export const emotionLabel = (value) => EMOTIONS.find((emotion) => emotion.value === value)?.label ?? value;

/** 75 -> "1:15" */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 75 -> "1 minute 15 seconds" for ears, 3.6 -> "3.6 seconds" */
export function spoken(seconds) {
  if (seconds < 60) return `${plain(seconds)} seconds`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds - minutes * 60);
  return `${count(minutes, "minute")}${rest ? ` ${count(rest, "second")}` : ""}`;
}

/** A number without needless places: 3.64 -> "3.6", 4.0 -> "4" */
export const plain = (value) => String(Math.round(value * 10) / 10);

/** count(1, "recording") -> "1 recording", count(3, "recording") -> "3 recordings" */
export const count = (number, word, words = `${word}s`) => `${number.toLocaleString()} ${number === 1 ? word : words}`;

/** 0.734 -> "73 %" */
export const percent = (share) => `${Math.round(share * 100)}\u202f%`;

/** ISO time -> "Today, 14:05", "Yesterday, 9:12", "Tue 3 Nov, 18:20" on this machine's clock (a recording: `whenThere`) */
export function when(iso) {
  const time = new Date(iso);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const hour = time.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  if (time >= midnight && time < midnight + DAY) return `Today, ${hour}`;
  if (time >= midnight - DAY && time < midnight) return `Yesterday, ${hour}`;
  const date = { weekday: "short", day: "numeric", month: "short" };
  if (time.getFullYear() !== new Date().getFullYear()) date.year = "numeric";
  return `${time.toLocaleDateString([], date)}, ${hour}`;
}

/** 1536000 -> "1.5 MB" */
export function size(bytes) {
  for (const unit of ["bytes", "kB", "MB", "GB"]) {
    if (bytes < 1000 || unit === "GB") return `${unit === "bytes" ? bytes : plain(bytes)} ${unit}`;
    bytes /= 1000;
  }
  return "";
}

/** A reason as the app gives it -> a sentence */
export const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…:”]$/.test(text) ? "" : "."}`;

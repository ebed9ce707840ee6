// Playing a recording: one at a time in the whole app.

import { el, replace } from "../dom.js";
import { icon } from "../icons.js";
import { clock } from "../words.js";

let playing = null;

/**
 * Return {node, seek(seconds), stop()}: a button that plays and pauses `recording`. `onTime(seconds)` follows the sound;
 * `small` leaves the time out.
 */
export function player(recording, { onTime = () => {}, small = false, label = "the recording" } = {}) {
  const audio = new Audio();
  audio.preload = "none";
  audio.src = `/api/recordings/${recording.id}/audio`;
  const button = el("button", { type: "button", class: small ? "play play-small" : "play" });
  const time = el("span", { class: "small soft number" });
  const name = (going) => `${going ? "Pause" : "Play"} ${label}`;
  const show = () => {
    const going = !audio.paused;
    replace(button, icon(going ? "pause" : "play"));
    button.setAttribute("aria-label", name(going));
    time.textContent = `${clock(audio.currentTime)} / ${clock(recording.seconds)}`;
    onTime(audio.currentTime);
  };
  const follow = () => {
    show();
    if (!audio.paused) requestAnimationFrame(follow);
  };
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    audio.play().catch(() => {});
  });
  audio.addEventListener("play", follow);
  for (const event of ["pause", "ended"]) audio.addEventListener(event, show);
  audio.addEventListener("error", () => (time.textContent = "This sound cannot be played any more."));
  show();
  return {
    node: small ? button : el("div", { class: "row" }, button, time),
    seek: (seconds) => {
      audio.currentTime = seconds;
      show();
    },
    stop: () => {
      audio.pause();
      audio.removeAttribute("src");
    },
  };
}

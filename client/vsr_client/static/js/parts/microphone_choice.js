// Which microphone: the browser's list, a choice that is remembered, and a level to see that it hears.

import { patch } from "../api.js";
import { el, replace } from "../dom.js";
import { button, field, notice } from "./pieces.js";
import { toast, toastError } from "./toast.js";

const TRY_SECONDS = 5;
const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

async function devices() {
  const found = await navigator.mediaDevices.enumerateDevices();
  return found.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "communications");
}

/** Return which of `found` was chosen: by its id, else by its name, as ids change with the app's address. */
export function chosenOf(found, { microphone, microphone_label: label }) {
  const known = (device) => device.deviceId && device.deviceId === microphone;
  return found.find(known) ?? (label ? found.find((device) => device.label === label) : undefined);
}

/** Return [node, tidy]: the choice among microphones, kept in the preferences `chosen`. */
export function microphoneChoice(chosen) {
  if (!navigator.mediaDevices?.getUserMedia) {
    return [
      notice("This browser gives no page a microphone. You can still drop files on Listen.", { kind: "care" }),
      () => {},
    ];
  }
  const place = el("div", { class: "stack" });
  const meter = el("div", { class: "meter", "aria-hidden": "true", hidden: true });
  const level = el("p", { class: "small soft", role: "status" });
  let stop = () => {};

  const tryIt = button("Try it", { icon: "microphone", small: true }, () => listen().catch(refused));

  async function list() {
    const found = await devices();
    if (!found.some((device) => device.label)) {
      replace(
        place,
        el("p", {}, "Your browser tells the names of microphones only once you allow their use."),
        el(
          "div",
          { class: "row" },
          button("Show my microphones", { icon: "microphone" }, () => allow().catch(refused)),
        ),
      );
      return;
    }
    const now = chosenOf(found, chosen);
    const option = (value, label) => el("option", { value, selected: value === (now?.deviceId ?? "") }, label);
    const select = el(
      "select",
      { class: "select", onchange: choose },
      option("", "Whatever the system uses"),
      found.filter(({ deviceId }) => deviceId !== "default").map((device) => option(device.deviceId, device.label)),
    );
    replace(
      place,
      field(
        "Microphone for recordings",
        select,
        "VSR asks for the sound as it is: no echo cancellation, no noise suppression, no automatic gain.",
      ),
      el("div", { class: "row" }, tryIt),
      meter,
      level,
    );

    async function choose() {
      const device = found.find(({ deviceId }) => deviceId === select.value);
      try {
        chosen = await patch("/api/preferences", {
          microphone: device?.deviceId ?? "",
          microphone_label: device?.label ?? "",
        });
        toast("VSR uses this microphone from now on.");
      } catch (error) {
        toastError(error);
      }
    }
  }

  async function allow() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
    await list();
  }

  async function listen() {
    stop();
    const device = chosenOf(await devices(), chosen);
    const audio = { ...PLAIN, ...(device?.deviceId ? { deviceId: { exact: device.deviceId } } : {}) };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const until = performance.now() + TRY_SECONDS * 1000;
    let heard = 0;
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      heard = Math.max(heard, peak);
      meter.style.setProperty(
        "--level",
        `${Math.round(100 * Math.min(1, Math.max(0, 1 + Math.log10(peak + 1e-4) / 3)))}%`,
      );
      if (performance.now() > until) stop();
    }, 80);
    meter.hidden = false;
    level.textContent = "Say something…";
    stop = () => {
      clearInterval(timer);
      stream.getTracks().forEach((track) => track.stop());
      context.close();
      meter.hidden = true;
      level.textContent =
        heard > 0.01
          ? "VSR hears you. Nothing of this was kept."
          : "VSR heard next to nothing. Is it the right microphone, and is it switched on?";
      stop = () => {};
    };
  }

  function refused() {
    replace(
      place,
      notice("The browser did not give VSR the microphone. Allow it beside the address of this page, then try again.", {
        kind: "care",
      }),
      el(
        "div",
        { class: "row" },
        button("Try again", { icon: "again" }, () => allow().catch(refused)),
      ),
    );
  }

  navigator.mediaDevices.addEventListener("devicechange", list);
  list();
  return [
    place,
    () => {
      navigator.mediaDevices.removeEventListener("devicechange", list);
      stop();
    },
  ];
}

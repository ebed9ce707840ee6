// The microphone as it is: no echo cancellation, no noise suppression, no automatic gain; what the browser granted is kept.

import { chosenOf } from "./microphone_choice.js";

export class MicrophoneError extends Error {}

const REASONS = {
  NotAllowedError:
    "Your browser did not let VSR use the microphone. Allow it for this address (beside the address bar), then press Record again.",
  NotFoundError: "No microphone was found. Plug one in and press Record again, or bring a recording below.",
  NotReadableError: "Another program holds the microphone. Close it, then press Record again.",
  OverconstrainedError:
    "The microphone chosen in the settings does not answer. Plug it in anew, or choose another in the settings.",
};

const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 1 } };

/**
 * Open the microphone that `preferences` name, another where that is not there; `onBlock(Float32Array)` gets mono blocks
 * from now on. Returns {settings, missing, onEnded, close}: settings are what the API calls a capture's device, sample_rate,
 * channels and processing; missing is the name of the microphone that was wanted and is not there, "" where there is none.
 */
export async function openMicrophone(onBlock, preferences = {}) {
  let stream, missing;
  try {
    if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError");
    ({ stream, missing } = await wantedStream(preferences));
  } catch (error) {
    throw new MicrophoneError(
      REASONS[error.name] ?? `The microphone could not be opened (${error.message || error.name}). Try again.`,
    );
  }
  const track = stream.getAudioTracks()[0];
  const real = track.getSettings();
  try {
    const audio = await listening(stream, real.sampleRate, onBlock);
    return {
      missing,
      settings: {
        device: track.label || "microphone",
        // The context's rate, not the device's: it is what the samples have.
        sample_rate: audio.sampleRate,
        channels: real.channelCount ?? 1,
        echo_cancellation: real.echoCancellation ?? null,
        noise_suppression: real.noiseSuppression ?? null,
        auto_gain: real.autoGainControl ?? null,
      },
      close: () => {
        track.stop();
        audio.close();
      },
      onEnded: (ended) => track.addEventListener("ended", ended),
    };
  } catch (error) {
    track.stop();
    throw new MicrophoneError(
      `The sound of the microphone could not be read (${error.message}). Reload the page and try again.`,
    );
  }
}

async function wantedStream(preferences) {
  const known = chosenOf(await microphones(), preferences);
  const stream = await granted(known?.deviceId);
  const label = preferences.microphone_label ?? "";
  if (known || !label) return { stream, missing: "" };
  // Microphones have names only once one of them was granted.
  const named = chosenOf(await microphones(), preferences);
  if (!named) return { stream, missing: label };
  stream.getTracks().forEach((track) => track.stop());
  return { stream: await granted(named.deviceId), missing: "" };
}

const granted = (deviceId) =>
  navigator.mediaDevices.getUserMedia({ audio: deviceId ? { ...PLAIN, deviceId: { exact: deviceId } } : PLAIN });

async function microphones() {
  return (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "audioinput");
}

async function listening(stream, sampleRate, onBlock) {
  const audio = contextAt(sampleRate);
  await audio.audioWorklet.addModule(new URL("./recorder_worklet.js", import.meta.url));
  const source = new MediaStreamAudioSourceNode(audio, { mediaStream: stream });
  const tap = new AudioWorkletNode(audio, "vsr-recorder", { numberOfInputs: 1, numberOfOutputs: 1 });
  tap.port.onmessage = (event) => onBlock(event.data);
  // Browsers run only what leads to the speakers; the worklet itself puts nothing out.
  source.connect(tap).connect(audio.destination);
  if (audio.state === "suspended") await audio.resume();
  return audio;
}

function contextAt(sampleRate) {
  try {
    return new AudioContext({ sampleRate });
  } catch {
    return new AudioContext();
  }
}

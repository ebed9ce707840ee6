// A recording on its way to the store: samples go there twice a second, so that nothing long sits in memory.

import { del, post, search } from "../api.js";

const FLUSH_SECONDS = 0.5;
const TRIES = 4;

export class Capture {
  /** Begin a capture of what `settings` (of openMicrophone) describes, reading the sample text `text` ("" for none). */
  static async begin(settings, text) {
    const { id } = await post("/api/captures", { ...settings, text, offset_minutes: -new Date().getTimezoneOffset() });
    return new Capture(id, settings.sample_rate);
  }

  constructor(id, sampleRate) {
    this.id = id;
    this.samples = 0;
    this.sampleRate = sampleRate;
    this.failure = null;
    this.waiting = [];
    this.waitingSamples = 0;
    this.sent = 0;
    this.sending = Promise.resolve();
  }

  get seconds() {
    return this.samples / this.sampleRate;
  }

  /** Take a mono block of floats (-1..1). */
  add(block) {
    this.samples += block.length;
    this.waiting.push(block);
    this.waitingSamples += block.length;
    if (this.waitingSamples >= FLUSH_SECONDS * this.sampleRate) this.flush();
  }

  flush() {
    if (!this.waitingSamples) return;
    const whole = asInt16(this.waiting, this.waitingSamples);
    this.waiting = [];
    this.waitingSamples = 0;
    const number = this.sent++;
    this.sending = this.sending.then(() => this.failure ?? this.put(number, whole));
  }

  async put(number, samples) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await post(`/api/captures/${this.id}/samples${search({ n: String(number) })}`, samples);
      } catch (error) {
        // A number is taken once, so a try that did arrive does no harm the second time.
        if (error.status || attempt === TRIES) return void (this.failure = error);
        await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
      }
    }
  }

  /** Send what is left and have it heard; returns the Recording. */
  async finish() {
    this.flush();
    await this.sending;
    if (this.failure) throw this.failure;
    return post(`/api/captures/${this.id}/finish`);
  }

  /** Throw it away; pieces that wait for their turn are not sent any more. */
  async discard() {
    this.waiting = [];
    this.waitingSamples = 0;
    this.failure ??= new Error("thrown away");
    await this.sending;
    await del(`/api/captures/${this.id}`);
  }
}

/** Return `blocks` of floats as one Int16Array, clipped to its range; PCM s16le on every machine that browsers run on. */
export function asInt16(blocks, length) {
  const whole = new Int16Array(length);
  let at = 0;
  for (const block of blocks)
    for (const value of block) whole[at++] = Math.round(Math.max(-1, Math.min(1, value)) * 32767);
  return whole;
}

// Runs on the audio thread: gathers mono blocks and hands them over. No processing of any kind.

const BLOCK = 2048;

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(BLOCK);
    this.filled = 0;
  }

  process([channels]) {
    if (!channels?.length) return true;
    const length = channels[0].length;
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (const channel of channels) sum += channel[at];
      this.block[this.filled++] = sum / channels.length;
      if (this.filled === BLOCK) this.hand();
    }
    return true;
  }

  hand() {
    this.port.postMessage(this.block, [this.block.buffer]);
    this.block = new Float32Array(BLOCK);
    this.filled = 0;
  }
}

registerProcessor("vsr-recorder", Recorder);

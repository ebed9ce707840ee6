// What to say about the level while somebody speaks: pure arithmetic over blocks of samples.

const FULL_SCALE = 0.985;
const NOTHING = 0.004;
const LOW = 0.014;

const HINTS = {
  waiting: "Speak when you are ready.",
  good: "That is a good level.",
  loud: "A little too loud: lean back, or speak more softly.",
  low: "Very soft: come a little closer to the microphone.",
  silent: "Nothing to hear yet. Is this microphone the right one, and is it switched on?",
};

export class LevelHints {
  constructor(sampleRate) {
    this.sampleRate = sampleRate;
    this.blocks = [];
    this.heard = 0;
  }

  /** Take a block; return {peak, rms, clipped, hint, kind}, hint being about the last seconds. */
  add(block) {
    let peak = 0;
    let squares = 0;
    for (const value of block) {
      const size = Math.abs(value);
      if (size > peak) peak = size;
      squares += value * value;
    }
    const rms = Math.sqrt(squares / block.length);
    const seconds = block.length / this.sampleRate;
    this.heard += seconds;
    this.blocks.push({ peak, rms, end: this.heard });
    while (this.blocks[0].end < this.heard - 4) this.blocks.shift();
    const kind = this.kind();
    return { peak, rms, clipped: peak >= FULL_SCALE, kind, hint: HINTS[kind] };
  }

  kind() {
    const since = (seconds) => this.blocks.filter((block) => block.end > this.heard - seconds);
    if (since(1.5).some((block) => block.peak >= FULL_SCALE)) return "loud";
    const loudest = Math.max(...this.blocks.map((block) => block.peak));
    if (loudest < NOTHING) return this.heard < 2 ? "waiting" : "silent";
    if (this.heard < 1) return "waiting";
    return Math.max(...this.blocks.map((block) => block.rms)) < LOW ? "low" : "good";
  }
}

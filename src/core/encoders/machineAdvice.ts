import { formatDuration } from '../progressText.ts';

/** How a machine is used, as far as it matters to speed. */
export interface MachineFacts {
  /** That encoders run on. */
  readonly threads: number;
  readonly cores: number;
  /** Programs that wanted to run in the last minute, on average, before anything was measured; 0 where it isn't known. */
  readonly load: number;
  /** The encoder in use, where it could be measured. */
  readonly encoder: { readonly name: string; readonly imagesPerSecond: number } | undefined;
}

/** What slows Likeness down, and what to do about it: a sentence. */
export interface MachineAdvice {
  readonly code: 'few-threads' | 'many-threads' | 'busy-machine' | 'slow-encoder';
  readonly message: string;
}

const MANY_IMAGES = 10_000;
/** So long nobody waits gladly for them. */
const LONG_SECONDS = 600;

/** The most telling first; empty where nothing is out of the ordinary. */
export function machineAdvice({ threads, cores, load, encoder }: MachineFacts): MachineAdvice[] {
  const advice: MachineAdvice[] = [];
  if (encoder !== undefined && encoder.imagesPerSecond > 0) {
    const seconds = MANY_IMAGES / encoder.imagesPerSecond;
    if (seconds > LONG_SECONDS) {
      const speed = encoder.imagesPerSecond.toFixed(encoder.imagesPerSecond < 10 ? 1 : 0);
      const message = `${encoder.name} manages ${speed} images/s on the CPU, ${formatDuration(seconds)} for 10,000 images; where no graphics card computes it, choose a smaller encoder or a quantised variant of it (Choose Encoder, "likeness encoders recommended").`;
      advice.push({ code: 'slow-encoder', message });
    }
  }
  // A core is left free on purpose, so that others stay responsive.
  if (threads < cores - 1) {
    const message = `Encoders run on ${threads} of ${cores} cores; raise likeness.encoders.threads (--threads, LIKENESS_THREADS) to use more.`;
    advice.push({ code: 'few-threads', message });
  }
  if (threads > cores) {
    const message = `Encoders run on ${threads} threads, and there are ${cores} cores: they wait for each other; lower likeness.encoders.threads (--threads, LIKENESS_THREADS).`;
    advice.push({ code: 'many-threads', message });
  }
  if (load > cores) {
    const message = `Programs wanted ${load.toFixed(1)} cores in the last minute, and there are ${cores}: what is measured here is too low, and everything takes longer until some of them end.`;
    advice.push({ code: 'busy-machine', message });
  }
  return advice;
}

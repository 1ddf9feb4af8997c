import { formatDuration, formatSpeed } from '../progressText.ts';
import { fastestProvider, isWorthwhile, type ProviderChoice, type ProviderTrial } from './executionProviders.ts';

/** How a machine is used, as far as it matters to speed. */
export interface MachineFacts {
  /** That encoders run on. */
  readonly threads: number;
  readonly cores: number;
  /** Programs that wanted to run in the last minute, on average, before anything was measured; 0 where it isn't known. */
  readonly load: number;
  /** The encoder in use, and its speed on the CPU, where it could be measured. */
  readonly encoder: { readonly name: string; readonly imagesPerSecond: number } | undefined;
  /** What encoders are set to run on. */
  readonly choice: ProviderChoice;
  /** How this encoder did on what else there is. */
  readonly trials: readonly ProviderTrial[];
}

/** What slows Likeness down, and what to do about it: a sentence. */
export interface MachineAdvice {
  readonly code: 'few-threads' | 'many-threads' | 'busy-machine' | 'slow-encoder' | 'other-provider';
  readonly message: string;
}

const MANY_IMAGES = 10_000;
/** So long nobody waits gladly for them. */
const LONG_SECONDS = 600;

/** The most telling first; empty where nothing is out of the ordinary. */
export function machineAdvice(facts: MachineFacts): MachineAdvice[] {
  const { threads, cores, load, encoder } = facts;
  const advice: MachineAdvice[] = [];
  if (encoder !== undefined && encoder.imagesPerSecond > 0) {
    const { name } = encoder;
    const other = otherProvider(name, facts);
    if (other !== undefined) advice.push({ code: 'other-provider', message: other });
    const { on, rate } = bestOf(facts.trials, encoder.imagesPerSecond);
    const seconds = MANY_IMAGES / rate;
    if (seconds > LONG_SECONDS) {
      const unlessThere = on === 'the CPU' ? 'where no graphics card computes it, ' : '';
      const message = `${name} manages ${formatSpeed(rate)} on ${on}, ${formatDuration(seconds)} for 10,000 images; ${unlessThere}choose a smaller encoder or a quantised variant of it (Choose Encoder, "likeness encoders recommended").`;
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

const SET_TO_AUTO = 'set likeness.encoders.provider (--provider, LIKENESS_PROVIDER) to auto';

/** What would compute the encoder best, and how fast. @param onCpu images per second there */
function bestOf(trials: readonly ProviderTrial[], onCpu: number): { on: string; rate: number } {
  const provider = fastestProvider(trials);
  const trial = trials.find((other) => other.provider === provider);
  return trial === undefined ? { on: 'the CPU', rate: onCpu } : { on: provider, rate: trial.imagesPerSecond };
}

/** Why another choice of provider would be better; undefined where none would, as of `auto` by definition. */
function otherProvider(name: string, { choice, trials }: MachineFacts): string | undefined {
  if (choice === 'auto') return undefined;
  const chosen = trials.find(({ provider }) => provider === choice);
  const unfit = chosen === undefined ? 'is not part of ONNX Runtime on this platform' : chosen.unfit;
  if (choice !== 'cpu' && unfit !== undefined) {
    return `The CPU computes ${name}, as ${choice} ${unfit.replace(/[\s.]+$/, '')}; see that it works, or ${SET_TO_AUTO}.`;
  }
  const onCpu = trials.find(({ unfit }) => unfit === undefined)?.cpuImagesPerSecond;
  if (onCpu === undefined) return undefined;
  const best = fastestProvider(trials);
  const rateOf = (provider: string) => trials.find((trial) => trial.provider === provider)?.imagesPerSecond ?? onCpu;
  // All of the trials, so that they compare: with as many images at once.
  if (best === choice || !isWorthwhile(rateOf(best), rateOf(choice))) return undefined;
  const text = (provider: string) => (provider === 'cpu' ? 'the CPU' : provider);
  return `${name} manages ${formatSpeed(rateOf(best))} on ${text(best)}, and ${formatSpeed(rateOf(choice))} on ${text(choice)}, which computes it; ${SET_TO_AUTO}.`;
}

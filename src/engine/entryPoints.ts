/** Set by the bundler; the entries then lie beside each other as `NAME.js`. */
declare const LIKENESS_BUNDLED: boolean | undefined;

const sources = {
  main: './main.ts',
  onnxWorker: './encoders/onnxWorker.ts',
  viewWorker: './training/viewWorker.ts',
  layoutWorker: './maps/layoutWorker.ts',
  descentWorker: './maps/descentWorker.ts',
  providerTrial: './encoders/providers/trialProcess.ts',
  stepTrial: './training/providers/stepTrialProcess.ts',
  tensorFlowProbe: './training/tensorflow/probeProcess.ts',
} as const;

/** Where the encoders that ship with Likeness are, in a bundle as well as from source; each has a folder named by its id. */
export function shippedEncoders(): URL {
  return new URL(isBundled() ? './encoders/' : '../../encoders/', import.meta.url);
}

/** A module that is started as a process or thread of its own. */
export type EntryPoint = keyof typeof sources;

/** Where such a module is, in a bundle as well as from source. */
export function entryPoint(name: EntryPoint): URL {
  return new URL(isBundled() ? `./${name}.js` : sources[name], import.meta.url);
}

function isBundled(): boolean {
  return typeof LIKENESS_BUNDLED !== 'undefined' && LIKENESS_BUNDLED;
}

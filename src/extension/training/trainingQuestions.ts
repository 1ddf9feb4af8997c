import { askInSteps, back } from '../commands/askInTurn.ts';
import type { Back, StepPlace, StepQuestion } from '../commands/askInTurn.ts';
import { inputStep, pickStep } from '../commands/steps.ts';
import type { StepItem, StepOptions } from '../commands/steps.ts';
import { NETWORKS } from '../../core/training/networks/networks.ts';
import { wholeNumberProblem } from './choices.ts';
import type { Choice } from './choices.ts';
import { networkName } from './trainingText.ts';

const MOST_EPOCHS = 100_000;

/**
 * The last question: to start with what is there, or to change more of it first.
 *
 * @param describe what would be trained
 * @param words what else can be set, in a few words
 * @param custom the questions for that
 */
export function startQuestion<S extends object>(
  describe: (state: S) => string,
  placeholder: string,
  words: (state: S) => string,
  custom: readonly StepQuestion<S>[],
): StepQuestion<S> {
  return {
    ask: async (place, given) => {
      let state = given;
      for (;;) {
        const items = [
          { label: '$(play) Start', detail: describe(state), value: 'start' },
          { label: '$(settings) Customise…', description: words(state), value: 'customise' },
        ] as const;
        const chosen = await pickStep({ ...place, placeholder }, items, 'start');
        if (chosen === 'start') return state;
        if (chosen !== 'customise') return chosen;
        const changed = await askInSteps(place.title, state, custom);
        if (changed === undefined) return undefined;
        if (changed !== back) state = changed;
      }
    },
  };
}

/** A choice as an item of a list. */
export function stepItem<T>({ title, icon, description, detail, value }: Choice<T>): StepItem<T> {
  return {
    label: icon === undefined ? title : `$(${icon}) ${title}`,
    ...(description !== undefined && { description }),
    ...(detail !== undefined && { detail }),
    value,
  };
}

/** Asks for one of the settings. */
export async function askFor<S extends object, K extends keyof S>(
  key: K,
  options: StepOptions,
  state: S,
  items: readonly StepItem<S[K]>[],
): Promise<S | Back | undefined> {
  const value = await pickStep(options, items, state[key]);
  if (value === undefined) return undefined;
  return value === back ? back : { ...state, [key]: value };
}

export function askForNetwork<S extends { readonly network: string }>(
  step: StepPlace,
  state: S,
  placeholder = 'Network: larger ones learn more and take longer',
): Promise<S | Back | undefined> {
  const items = [...NETWORKS.values()].map(({ id, description }) => {
    return { label: networkName(id), description: id, detail: description, value: id };
  });
  return askFor<S, 'network'>('network', { ...step, placeholder }, state, items);
}

const sizes: readonly (readonly [size: number, purpose: string])[] = [
  [32, 'fastest; for small or simple pictures'],
  [64, 'the usual one'],
  [96, 'about twice the time of 64; for details'],
  [128, 'about four times the time of 64; for fine details'],
];

export function askForSize<S extends { readonly size: number }>(
  step: StepPlace,
  state: S,
): Promise<S | Back | undefined> {
  const items = sizes.map(([size, purpose]) => {
    return { label: `${size} × ${size} px`, description: purpose, value: size };
  });
  const placeholder = 'View size: what the network sees of an image';
  return askFor<S, 'size'>('size', { ...step, placeholder }, state, items);
}

/** @param open whether the number can be left to the engine, by leaving the field empty: then it is 0 */
export async function askForEpochs<S extends { readonly epochs: number }>(
  step: StepPlace,
  state: S,
  open = false,
): Promise<S | Back | undefined> {
  const hint = open ? '; leave it empty to go by the number of images' : '';
  const options = { ...step, placeholder: `Epochs: how often each image is looked at${hint}` };
  const text = await inputStep(options, state.epochs === 0 ? '' : String(state.epochs), (entered) =>
    open && entered.trim() === '' ? undefined : wholeNumberProblem('epochs', entered, MOST_EPOCHS),
  );
  return typeof text === 'string' ? { ...state, epochs: Number(text) } : text;
}

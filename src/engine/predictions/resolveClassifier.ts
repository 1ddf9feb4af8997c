import { ErrorCode, LikenessError } from '../../core/errors.ts';
import {
  encoderOfRunGone,
  encoderWithoutClasses,
  noFineTunedEncoder,
  runWithoutEncoder,
} from '../../core/evaluation/predictionErrors.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { RunStore } from '../training/runStore.ts';
import type { ResolvedClassifier } from './classifier.ts';

export interface ClassifierChoice {
  /** Of the dataset whose encoders and runs are looked among; it needs no index. */
  readonly root: string;
  readonly registry: EncoderRegistry;
  /** How the dataset's own encoder is named, if it has one. */
  readonly own: string | undefined;
}

/**
 * The encoder to predict with. What is named is an encoder's id or file, or the run that made it; else it is the dataset's
 * own one if its card has classes, else that of the newest finished run that has some.
 *
 * Rejects with encoder-without-classes, encoder-not-found, or the codes of `EncoderRegistry.resolve`.
 */
export async function resolveClassifier(
  reference: string | undefined,
  choice: ClassifierChoice,
): Promise<ResolvedClassifier> {
  if (reference !== undefined) return explicitClassifier(reference, choice);
  const { root, registry, own } = choice;
  const runs = await new RunStore(root).list();
  const candidates = [own, ...runs.filter(({ state }) => state === 'finished').map(({ encoder }) => encoder)];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const found = await resolveIfPresent(registry, candidate, root);
    const classifier = found && withClasses(found);
    if (classifier !== undefined) return classifier;
  }
  throw noFineTunedEncoder(root);
}

async function explicitClassifier(
  reference: string,
  { root, registry }: ClassifierChoice,
): Promise<ResolvedClassifier> {
  const run = (await new RunStore(root).list()).find(({ id }) => id === reference);
  if (run !== undefined && run.encoder === undefined) throw runWithoutEncoder(run.id);
  const resolved =
    run?.encoder === undefined
      ? await registry.resolve(reference, root)
      : await resolveIfPresent(registry, run.encoder, root);
  if (resolved === undefined) throw encoderOfRunGone(reference, run!.encoder!);
  const classifier = withClasses(resolved);
  if (classifier === undefined) {
    const { id, source } = resolved.card;
    throw encoderWithoutClasses(id, source.startsWith('run '));
  }
  return classifier;
}

/** Undefined where it was deleted. */
async function resolveIfPresent(
  registry: EncoderRegistry,
  reference: string,
  root: string,
): Promise<ResolvedEncoder | undefined> {
  try {
    return await registry.resolve(reference, root);
  } catch (error) {
    if (error instanceof LikenessError && error.code === ErrorCode.EncoderNotFound) return undefined;
    throw error;
  }
}

function withClasses(resolved: ResolvedEncoder): ResolvedClassifier | undefined {
  const { classes = [] } = resolved.card;
  return classes.length === 0 ? undefined : { ...resolved, classes };
}

/** Where a run that goes on left off. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkpointCorrupt } from '../../core/errors.ts';
import type { SafetensorsContent } from '../../core/training/safetensors.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { checkpointMissing } from '../../core/training/trainingErrors.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import { CHECKPOINT } from './checkpointFile.ts';
import type { RunPosition } from './trainingRun.ts';
import type { RunFiles } from './runFiles.ts';
import type { TrainingImage } from './trainingImages.ts';

export interface RunStart extends RunPosition {
  /** `imagesKey` of the images until now; undefined for a run that begins. */
  readonly images: string | undefined;
}

/**
 * A run that hasn't taken a step.
 *
 * @param from parameters and statistics of a network trained before
 */
export function firstStart(program: TrainingProgram, seed: number, from?: TensorMap): RunStart {
  return { step: 0, seconds: 0, state: program.initialState(seed, from), metrics: {}, images: undefined };
}

/**
 * From the checkpoint; a run without any that hasn't come to the end of an epoch begins anew. Rejects with checkpoint-missing, or
 * with checkpoint-corrupt where it isn't one of this program.
 */
export async function startOf(
  files: RunFiles,
  program: TrainingProgram,
  seed: number,
  from?: TensorMap,
): Promise<RunStart> {
  const checkpoint = await files.loadCheckpoint();
  const { metrics, step: recorded, epoch } = files.record;
  const first = firstStart(program, seed, from);
  if (checkpoint === undefined) {
    if (recorded > 0) throw checkpointMissing(files.id, epoch, join(files.folder, CHECKPOINT));
    return { ...first, metrics };
  }
  const fault = faultOf(checkpoint, program);
  if (fault !== undefined) throw checkpointCorrupt(join(files.folder, CHECKPOINT), new Error(fault));
  const { step, seconds, images } = checkpoint.metadata;
  // What is fixed isn't in the checkpoint.
  const state = new Map([...first.state, ...[...checkpoint.tensors].map(([name, { data }]) => [name, data] as const)]);
  return { step: Number(step), seconds: Number(seconds), state, metrics, images };
}

/** What a checkpoint says besides its tensors. */
export function checkpointMetadata(step: number, seconds: number, images: string): Record<string, string> {
  return { step: String(step), seconds: String(seconds), images };
}

function faultOf({ tensors, metadata }: SafetensorsContent, { state }: TrainingProgram): string | undefined {
  const step = Number(metadata['step'] ?? NaN);
  if (!Number.isSafeInteger(step) || step < 0) return 'it does not say after which step it was written';
  if (!(Number(metadata['seconds'] ?? NaN) >= 0)) return 'it does not say after which time it was written';
  for (const { name, shape } of state) {
    const stored = tensors.get(name);
    if (stored === undefined) return `it lacks ${name}`;
    if (stored.shape.join() !== shape.join()) return `${name} has another shape`;
  }
  return undefined;
}

/** Tells lists of images with their labels apart: the numbers by which batches name images depend on the whole list. */
export function imagesKey(images: readonly TrainingImage[]): string {
  return createHash('sha256')
    .update(images.map(({ path, label = '' }) => `${path}\t${label}`).join('\n'))
    .digest('hex');
}

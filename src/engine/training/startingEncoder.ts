import { dirname, join, resolve } from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { parseExactReference } from '../../core/encoders/defaultVersions.ts';
import { encoderNotTrained } from '../../core/errors.ts';
import { importedEncoder, importedValues, type ImportedEncoder } from '../../core/training/imported/importedEncoder.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { withExternalData } from '../encoders/externalData.ts';
import { readModel } from '../encoders/modelFiles.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { isOfOurs, trainedWeights, type TrainedWeights } from './trainedEncoder.ts';

/** What `from` says for a run that starts with nothing. */
export const FROM_SCRATCH = 'scratch';

/** An encoder that a training starts from. */
export interface StartingEncoder {
  /** By which it is found again: its id, or the absolute path of its file. */
  readonly reference: string;
  readonly card: EncoderCard;
  /** Id of its network; for one of others its name. */
  readonly network: string;
  /** Height and width of what it takes, in pixels. */
  readonly size: number;
  /** Parameters and running statistics by name; of one of others its weights. */
  readonly values: TensorMap;
  readonly head: TrainedWeights['head'];
  /** Undefined for one of our networks. */
  readonly imported: ImportedEncoder | undefined;
}

/**
 * Reads an encoder to train it further: one that Likeness has trained, or any other ONNX model with weights.
 *
 * Rejects as `EncoderRegistry.resolve` does, with encoder-not-trained for what has no weights and with encoder-not-trainable for
 * quantised models and those whose pictures aren't square.
 *
 * @param named as `EncoderRegistry.resolve` takes it
 */
export async function readStartingEncoder(
  registry: EncoderRegistry,
  named: string,
  root: string,
): Promise<StartingEncoder> {
  const { card, model } = await registry.resolve(named, root);
  if (!('file' in model)) throw encoderNotTrained(card.id);
  const files = await readModel(model.file);
  const isStored = dirname(dirname(model.file)) === join(root, LIKENESS_FOLDER, 'encoders');
  // One that ships or did is known by how it was named.
  const isNamed = named === card.id || parseExactReference(named) !== undefined;
  const reference = isNamed ? named : isStored ? card.id : resolve(named);
  if (isOfOurs(files.model, card)) {
    const { network, size, values, head } = await trainedWeights(files.model, card, model.file);
    return { reference, card, network, size, values, head, imported: undefined };
  }
  const imported = importedEncoder(await withExternalData(files), card);
  const values = importedValues(imported);
  return { reference, card, network: card.name, size: card.input.size[0], values, head: undefined, imported };
}

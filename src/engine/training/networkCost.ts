import { readFile, stat } from 'node:fs/promises';
import { imageTensorDims } from '../../core/images/tensor.ts';
import { importModel } from '../../core/onnx/importModel.ts';
import { countMultiplications } from '../../core/onnx/multiplications.ts';
import type { EncoderCard } from '../../core/encoders/card.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { decodeModel } from '../encoders/onnxFile.ts';

/** Larger files are not read only to be counted. */
const LARGEST_FILE = 512 * 2 ** 20;

/** Multiplications that an encoder takes for a picture; undefined for what can't be counted, such as weights in other files. */
export async function multiplicationsOf({ card, model }: ResolvedEncoder): Promise<number | undefined> {
  try {
    if ('file' in model && (await stat(model.file)).size > LARGEST_FILE) return undefined;
    return multiplicationsOfModel(decodeModel('file' in model ? await readFile(model.file) : model.bytes), card.input);
  } catch {
    // It is but told: what is wrong with the file will be found out by those who run it.
    return undefined;
  }
}

/** As `multiplicationsOf`. Throws invalid-graph for a model that can't be imported. */
export function multiplicationsOfModel(model: OnnxModel, input: EncoderCard['input']): number | undefined {
  return countMultiplications(importModel(model, { inputShapes: { [input.name]: imageTensorDims(input, 1) } }));
}

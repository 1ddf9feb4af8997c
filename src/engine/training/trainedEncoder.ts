import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encoderNotTrained, encoderInvalid, systemCodeOf } from '../../core/errors.ts';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { PRODUCER } from '../../core/onnx/graphBuilder.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import { numbersOfTensor } from '../../core/onnx/tensors.ts';
import { NETWORKS } from '../../core/training/networks/networks.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { ProjectionHeadOptions } from '../../core/training/projectionHead.ts';
import { decodeModel } from '../encoders/onnxFile.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { HEAD_FILE } from './encoderExport.ts';

/** An encoder that Likeness has trained, in the form that training goes on with. */
export interface TrainedWeights {
  readonly card: EncoderCard;
  /** Id of its network. */
  readonly network: string;
  /** Height and width of what it takes, in pixels. */
  readonly size: number;
  /** Parameters and running statistics of the network by name. */
  readonly values: TensorMap;
  /** The projection head that it was pretrained with, where that was kept. */
  readonly head: { readonly options: ProjectionHeadOptions; readonly values: TensorMap } | undefined;
}

/**
 * Reads the weights of an encoder of the dataset.
 *
 * @param reference as `EncoderRegistry.resolve` takes it
 * Rejects as `EncoderRegistry.resolve` does, and with encoder-not-trained for one that was not trained by Likeness.
 */
export async function readTrainedWeights(
  registry: EncoderRegistry,
  reference: string,
  root: string,
): Promise<TrainedWeights> {
  const { card, model } = await registry.resolve(reference, root);
  if (!('file' in model)) throw encoderNotTrained(card.id);
  const encoder = await readModel(model.file);
  if (!isOfOurs(encoder, card)) throw encoderNotTrained(card.id);
  return trainedWeights(encoder, card, model.file);
}

/** Whether a model is one of our networks, so that its weights can be told by their names. */
export function isOfOurs({ graph, producerName }: OnnxModel, { input }: Pick<EncoderCard, 'input'>): boolean {
  const [height, width] = input.size;
  return producerName === PRODUCER && NETWORKS.has(graph.name ?? '') && height === width;
}

/** @param encoder a model of ours @param file that it was read from, beside which its head may lie */
export async function trainedWeights(encoder: OnnxModel, card: EncoderCard, file: string): Promise<TrainedWeights> {
  const headFile = join(dirname(file), HEAD_FILE);
  const head = await readModel(headFile).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return {
    card,
    network: encoder.graph.name!,
    size: card.input.size[0],
    values: valuesOf(encoder, file),
    head: head && headOf(head, headFile),
  };
}

async function readModel(file: string): Promise<OnnxModel> {
  const bytes = await readFile(file);
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw encoderInvalid(file, error);
  }
}

function headOf(model: OnnxModel, file: string): NonNullable<TrainedWeights['head']> {
  const values = valuesOf(model, file);
  // One output for each layer, the last of which is z; its scale is as long as z.
  const layers = model.graph.output.length;
  const outputs = values.get(`head.layer${layers}.normalization.scale`)?.length;
  if ((layers !== 2 && layers !== 3) || outputs === undefined) {
    throw encoderInvalid(file, new Error('it is not a projection head'));
  }
  return { options: { layers, outputs }, values };
}

/** The model's constants that have a name of a parameter or statistic: those with dots. */
function valuesOf({ graph }: OnnxModel, file: string): TensorMap {
  const named = graph.initializer.filter(({ name }) => name?.includes('.') === true);
  return new Map(
    named.map((tensor) => {
      const numbers = numbersOfTensor(tensor);
      if (numbers === undefined) throw encoderInvalid(file, new Error(`the values of ${tensor.name} are missing`));
      return [tensor.name!, Float32Array.from(numbers)];
    }),
  );
}

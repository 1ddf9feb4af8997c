import type { Dimension, GraphBuilder, GraphValue } from '../onnx/graphBuilder.ts';
import type { ImportedEncoder } from './imported/importedEncoder.ts';
import { importedName } from './imported/importedEncoder.ts';
import { importedImageDims, importedImages, importedNetwork } from './imported/importedNetwork.ts';
import { IMPORTED_STAGES } from './imported/importedWeights.ts';
import { encoderNetwork, networkParts, partOf } from './networks/networks.ts';
import type { EncoderShape } from './pretrainProgram.ts';
import type { NetworkScope } from './scope.ts';

/** One of our networks, or an encoder of others, which then has its own size; `network` is then its name for people. */
export interface NetworkShape extends EncoderShape {
  readonly imported?: ImportedEncoder;
}

/** Names of models that training goes on with in another way than with those of others are those of our networks. */
export function graphName({ network, imported }: NetworkShape): string {
  return imported ? 'imported' : network;
}

/** Writes the forward pass. @param images as `encoderImages` or `encoderViews` gives them @returns h, `[N, dim]` */
export function representationOf(scope: NetworkScope, images: GraphValue, shape: NetworkShape): GraphValue {
  const { network, stemStride, imported } = shape;
  return imported ? importedNetwork(scope, images, imported) : encoderNetwork(scope, images, network, stemStride);
}

/** The input `images`: pictures as the encoder takes them, for one of ours float32 `[N, 3, size, size]`, normalised. */
export function encoderImages(graph: GraphBuilder, { size, imported }: NetworkShape): GraphValue {
  return imported
    ? graph.input('images', imported.input.type, importedImageDims(imported, 'N'))
    : graph.input('images', 'float32', ['N', 3, size, size]);
}

/** The input `images` of a training: views, float32 `[count, 3, size, size]`, normalised; gives what the encoder takes. */
export function encoderViews(graph: GraphBuilder, { size, imported }: NetworkShape, count: Dimension): GraphValue {
  const views = graph.input('images', 'float32', [count, 3, size, size]);
  return imported ? importedImages(graph, views, imported.input) : views;
}

/** The parts of a network from the pictures to the vector, of which the last ones train, and which a parameter belongs to. */
export interface NetworkStages {
  /** How many of the last ones can be chosen; what lies before them trains only with all. */
  readonly count: number;
  /** Counted from 1 at the vector, in which the last part is 1; undefined for what comes after the encoder. */
  readonly fromEnd: (parameter: string) => number | undefined;
}

export function stagesOf({ network, imported }: NetworkShape): NetworkStages {
  if (imported) {
    const stages = new Map(imported.trained.map(({ name, stage }) => [importedName(name), stage]));
    return {
      count: IMPORTED_STAGES,
      fromEnd: (name) => {
        const stage = stages.get(name);
        return stage === undefined ? undefined : IMPORTED_STAGES + 1 - stage;
      },
    };
  }
  const parts = networkParts(network);
  return {
    count: parts.length - 1,
    fromEnd: (name) => {
      const part = parts.indexOf(partOf(name));
      return part < 0 ? undefined : parts.length - part;
    },
  };
}

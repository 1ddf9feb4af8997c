import type { EncoderCard, EncoderInput, EncoderOutput } from '../../encoders/card.ts';
import type { OnnxGraph, OnnxModel } from '../../onnx/model.ts';
import { inSinglePrecision } from '../../onnx/singlePrecision.ts';
import { numbersOfTensor } from '../../onnx/tensors.ts';
import { allNodes } from '../../onnx/traverse.ts';
import { withoutRounding } from '../../onnx/withoutRounding.ts';
import { encoderNotTrained } from '../../errors.ts';
import type { TensorMap } from '../parameters.ts';
import { encoderNotSquare, encoderOfOneMachine, encoderQuantised } from '../trainingErrors.ts';
import { IMPORTED_STAGES, importedWeights, storedTensors, type ImportedWeight } from './importedWeights.ts';

/** An encoder that others have made, in a form that training goes on with. */
export interface ImportedEncoder {
  /** For messages. */
  readonly id: string;
  /** In float32, and without what its vectors don't depend on. */
  readonly model: OnnxModel;
  /** How its model takes pictures, in float32. */
  readonly input: EncoderInput;
  readonly output: EncoderOutput;
  /** What trains; the other constants of the model stay as they are. */
  readonly trained: readonly ImportedWeight[];
}

/**
 * Normalisations of a token's or a position's channels, the activation that comes with them, and the weights of attention: exports
 * of older operator sets write the normalisations out, and not every transformer has that activation.
 */
const TRANSFORMER_OPERATORS = /LayerNormalization$|^RMSNormalization$|Gelu$|^Erf$|Attention$|^Softmax$/;

/** Whether an encoder is a transformer, or a network built like one. */
export function isTransformer({ model }: ImportedEncoder): boolean {
  return model.graph.node.some(({ opType }) => TRANSFORMER_OPERATORS.test(opType));
}

/** Before the names of a model's values, so that they are none of those that training adds. */
const PREFIX = 'encoder/';

/** Name of a value of an imported model in a larger graph. What was exported from one has such names already. */
export function importedName(name: string): string {
  return name.startsWith(PREFIX) ? name : PREFIX + name;
}

/**
 * Operators that compute with whole numbers instead of the weights. What their results are rounded to has no slope, and those
 * that choose a scale for a whole batch mix its pictures.
 */
const QUANTISED = /Integer$|Quantize|^QLinear|NBits$|^QAttention$|^QGemm$/;

/** Of operators on channels in blocks, as ONNX Runtime writes them at its last level of optimisation. */
const ARRANGED_DOMAIN = 'com.microsoft.nchwc';

/**
 * Pairs of operators that only round to whole numbers are left out. Throws encoder-not-trainable for models that are quantised otherwise and pictures that aren't square, encoder-not-trained for models without
 * weights.
 *
 * @param given with all weights within
 * @param card what is known of it
 */
export function importedEncoder(given: OnnxModel, { id, input, output }: Pick<EncoderCard, 'id' | 'input' | 'output'>) {
  const model = withoutRounding(given);
  const quantised = [...allNodes(model)].find(({ opType }) => QUANTISED.test(opType));
  if (quantised !== undefined) throw encoderQuantised(id, quantised.opType);
  const arranged = [...allNodes(model)].find(({ domain }) => domain === ARRANGED_DOMAIN);
  if (arranged !== undefined) throw encoderOfOneMachine(id, `${ARRANGED_DOMAIN}.${arranged.opType}`);
  const [height, width] = input.size;
  if (height !== width) throw encoderNotSquare(id, height, width);
  const single = inSinglePrecision(model);
  const graph = reachedFrom(single.graph, output.name);
  const trained = importedWeights(graph, input.name);
  if (trained.length === 0) throw encoderNotTrained(id);
  return {
    id,
    model: { ...single, graph },
    input: { ...input, type: input.type === 'uint8' ? 'uint8' : 'float32' },
    output,
    trained,
  } satisfies ImportedEncoder;
}

/** The same encoder with less of it trained. @param stages `all`, or so many of the last */
export function withTrainedStages(encoder: ImportedEncoder, stages: 'all' | number): ImportedEncoder {
  if (stages === 'all') return encoder;
  return { ...encoder, trained: encoder.trained.filter(({ stage }) => stage > IMPORTED_STAGES - stages) };
}

/** What the weights that train begin with, by the names of their parameters. */
export function importedValues({ model, trained }: ImportedEncoder): TensorMap {
  const stored = storedTensors(model.graph);
  return new Map(
    trained.map(({ name }) => [importedName(name), Float32Array.from(numbersOfTensor(stored.get(name)!)!)]),
  );
}

/** A graph without the nodes and constants that one of its outputs doesn't depend on. */
function reachedFrom(graph: OnnxGraph, output: string): OnnxGraph {
  const needed = new Set([output]);
  const node = graph.node
    .toReversed()
    .filter((entry) => {
      if (!entry.output.some((name) => needed.has(name))) return false;
      for (const name of entry.input) needed.add(name);
      return true;
    })
    .reverse();
  return {
    ...graph,
    node,
    initializer: graph.initializer.filter(({ name = '' }) => needed.has(name)),
    output: graph.output.filter(({ name }) => name === output),
  };
}

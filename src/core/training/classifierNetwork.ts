import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { classifierHead, type ClassifierKind } from './classifierHeads.ts';
import { encoderImages, graphName, representationOf, type NetworkShape } from './networkShape.ts';
import type { TensorMap } from './parameters.ts';
import { keptProjection } from './projectionHead.ts';
import { ExportScope, TrainingScope, type NetworkScope } from './scope.ts';

/** An encoder and what tells classes apart by its representation. */
export interface ClassifierShape extends NetworkShape {
  readonly classes: number;
  readonly classifier: ClassifierKind;
  /**
   * What the classifier sees: `representation`, h, which drops the whole projection head as in SimCLR, or `projection`, the
   * head's first layer after normalisation and ReLU, as in SimCLRv2. The latter is better where few images have labels.
   */
  readonly feature: 'representation' | 'projection';
  /** Length of the projection; that of the representation by default. */
  readonly hidden?: number;
}

export interface ClassifierValues {
  /** h, `[N, dim]`. */
  readonly representation: GraphValue;
  /** What the classifier sees, `[N, dim]` or `[N, hidden]`. */
  readonly feature: GraphValue;
  /** `[N, classes]`. */
  readonly logits: GraphValue;
}

/** Writes the forward pass. @param images as `encoderImages` or `encoderViews` gives them */
export function classifierNetwork(scope: NetworkScope, images: GraphValue, shape: ClassifierShape): ClassifierValues {
  const representation = representationOf(scope, images, shape);
  const feature = shape.feature === 'projection' ? keptProjection(scope, representation, shape.hidden) : representation;
  return { representation, feature, logits: classifierHead(scope, feature, shape.classifier, shape.classes) };
}

/**
 * The trained encoder with its classifier: input `images` as `encoderImages` has it; outputs
 *
 * - `embedding` `[N, dim]`: the representation h, with a kept projection too. It is what retrieval and neighbours are to use:
 *   the projection was trained to forget what augmentations change, and after it only what tells the classes apart is of
 *   use to the loss, while h keeps more of what an image shows. h also is what encoders are compared by.
 * - `logits` `[N, classes]`: divided by the temperature.
 * - `probabilities` `[N, classes]`: softmax of `logits`.
 *
 * @param values parameters and running statistics by name
 * @param temperature that the probabilities are calibrated with, as `fitTemperature` finds it
 */
export function classifierModel(shape: ClassifierShape, values: TensorMap, temperature = 1): OnnxModel {
  const { classes } = shape;
  const graph = new GraphBuilder(graphName(shape));
  const images = encoderImages(graph, shape);
  const { representation, logits } = classifierNetwork(new ExportScope(graph, values), images, shape);
  const calibrated = graph.op('Mul', [logits, graph.scalar(1 / temperature)]);
  graph.output('embedding', representation, 'float32', ['N', representation.shape![1]!]);
  graph.output('logits', calibrated, 'float32', ['N', classes]);
  graph.output('probabilities', graph.op('Softmax', [calibrated], { axis: 1 }), 'float32', ['N', classes]);
  return graph.build();
}

/**
 * The forward pass with parameters as inputs and running statistics: evaluates the state of a run that goes on. Outputs
 * `embedding` `[N, dim]`, `feature` (what the classifier sees) and `logits` `[N, classes]`, not calibrated.
 */
export function classifierEvaluationModel(shape: ClassifierShape): OnnxModel {
  const graph = new GraphBuilder(`${graphName(shape)}-classifier-evaluation`);
  const images = encoderImages(graph, shape);
  const outputs = classifierNetwork(new TrainingScope(graph, 'running'), images, shape);
  const { representation, feature, logits } = outputs;
  for (const [name, value] of Object.entries({ embedding: representation, feature, logits })) {
    graph.output(name, value, 'float32', ['N', value.shape![1]!]);
  }
  return graph.build();
}

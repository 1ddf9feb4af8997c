import { usage } from '../errors.ts';
import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import { classifierHead, type ClassifierKind } from './classifierHeads.ts';
import { linear } from './layers.ts';
import { classificationLoss, sameLargest, type ClassificationOptions } from './losses/classificationLoss.ts';
import {
  combinedLoss,
  distillationLoss,
  embeddingRegressionLoss,
  similarityDistillationLoss,
  type DistillationOptions,
  type SimilarityDistillationOptions,
} from './losses/distillationLoss.ts';
import { encoderViews, representationOf, type NetworkShape } from './networkShape.ts';
import type { OptimizerConfig } from './optimizers.ts';
import { TrainingScope, type NetworkScope } from './scope.ts';
import { trainingProgram, type TrainingProgram } from './trainingProgram.ts';

/** What the student learns from its teacher. */
export type Lesson =
  | ({
      /** The teacher's opinion on classes. */
      readonly kind: 'classes';
    } & DistillationOptions)
  | ({
      /** How similar the teacher finds each picture to others (SEED). */
      readonly kind: 'similarities';
      /** Number of the others. */
      readonly others: number;
    } & SimilarityDistillationOptions &
      TeacherEmbeddings)
  | ({
      /** The teacher's embeddings, up to their lengths. */
      readonly kind: 'embeddings';
    } & TeacherEmbeddings);

export interface TeacherEmbeddings {
  readonly teacherDim: number;
  /**
   * Whether a linear layer between the student's representation and the teacher's embeddings is trained too. By default where
   * they differ in length; without one, a student whose representation has no negative numbers can't follow a teacher that
   * has some.
   */
  readonly adaptor?: boolean;
}

/** Labels that the student learns from besides. */
export interface LabelledShare extends ClassificationOptions {
  /** Share of the teacher in the loss, from 0 to 1: (1 − alpha) · labels + alpha · teacher. */
  readonly alpha: number;
}

export interface DistillConfig extends NetworkShape {
  readonly batchImages: number;
  readonly lesson: Lesson;
  /** The student's; needed for the lesson `classes` and for labels. */
  readonly classifier?: { readonly kind: ClassifierKind; readonly classes: number };
  readonly labels?: LabelledShare;
  readonly optimizer: OptimizerConfig;
  readonly clipNorm?: number;
}

/**
 * A step of distillation into a smaller student as one graph. Teacher and student see the same view of a picture.
 *
 * Inputs besides the state: `images` float32 `[batchImages, 3, size, size]`, normalised; `teacher`, its opinion on them
 * `[batchImages, classes]` or its embeddings `[batchImages, teacherDim]`; for the lesson `similarities`, `others`
 * `[others, teacherDim]`, where rows of zeros don't count; with labels, `targets` `[batchImages, classes]`, as `classTargets`
 * gives them; `learningRate` (and AdamW's corrections).
 *
 * Results: `loss`, `gradientNorm`, `distillation` (the teacher's part of the loss, in full), `representation`
 * `[batchImages, dim]`; with a classifier, `logits`; for the lesson `classes`, `agreement`, the share of rows in which both
 * choose the same class; with labels, `classification` (their part of the loss, in full), `accuracy` and `labelled` as in
 * `ClassificationLoss`.
 *
 * The student's parameters have the names that `encoderModel` and, with a classifier on the representation, `classifierModel`
 * know; those of the adaptor begin with `adaptor.`. Throws usage where a classifier is needed and missing.
 */
export function distillProgram(config: DistillConfig): TrainingProgram {
  const { batchImages, classifier, labels, optimizer, clipNorm } = config;
  const graph = new GraphBuilder('distill');
  const scope = new TrainingScope(graph);
  const images = encoderViews(graph, config, batchImages);
  const representation = representationOf(scope, images, config);
  const logits = classifier && classifierHead(scope, representation, classifier.kind, classifier.classes);
  const taught = lessonLoss(scope, config, representation, logits);
  const labelled = labels && labelledLoss(graph, config, labels, logits);
  const loss =
    labels && labelled ? combinedLoss(graph, labelled.classification, taught.distillation, labels.alpha) : undefined;
  return trainingProgram(scope, loss ?? taught.distillation, {
    optimizer,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    outputs: { ...taught, ...labelled, representation, ...(logits && { logits }) },
  });
}

/** The teacher's part of the loss, and what else it tells. */
function lessonLoss(
  scope: NetworkScope,
  { lesson, batchImages }: DistillConfig,
  representation: GraphValue,
  logits: GraphValue | undefined,
): { readonly distillation: GraphValue; readonly agreement?: GraphValue } {
  const { graph } = scope;
  if (lesson.kind === 'classes') {
    const student = needed(logits, 'the classes of a teacher');
    const teacher = graph.input('teacher', 'float32', student.shape!);
    const agreement = graph.op('ReduceMean', [sameLargest(graph, student, teacher)], { keepdims: 0 });
    return { distillation: distillationLoss(graph, student, teacher, lesson), agreement };
  }
  const { teacherDim } = lesson;
  const teacher = graph.input('teacher', 'float32', [batchImages, teacherDim]);
  const student = adapted(scope, representation, lesson);
  if (lesson.kind === 'embeddings') return { distillation: embeddingRegressionLoss(graph, student, teacher) };
  const others = graph.input('others', 'float32', [lesson.others, teacherDim]);
  return { distillation: similarityDistillationLoss(graph, student, teacher, others, lesson) };
}

function adapted(
  scope: NetworkScope,
  representation: GraphValue,
  { teacherDim, adaptor = representation.shape?.[1] !== teacherDim }: TeacherEmbeddings,
): GraphValue {
  return adaptor ? linear(scope, representation, 'adaptor', { outputs: teacherDim, bias: true }) : representation;
}

function labelledLoss(
  graph: GraphBuilder,
  { batchImages, classifier }: DistillConfig,
  options: LabelledShare,
  logits: GraphValue | undefined,
): Record<'classification' | 'accuracy' | 'labelled', GraphValue> {
  const student = needed(logits, 'labels');
  const targets = graph.input('targets', 'float32', [batchImages, classifier!.classes]);
  const { loss, accuracy, labelled } = classificationLoss(graph, student, targets, options);
  return { classification: loss, accuracy, labelled };
}

function needed(logits: GraphValue | undefined, what: string): GraphValue {
  if (logits === undefined) throw usage(`To learn from ${what}, a student needs a classifier.`);
  return logits;
}

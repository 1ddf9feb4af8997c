import { ProbeFit, type ProbeRuntime } from '../evaluation/linearProbe.ts';
import { FEW_LABEL_PENALTY } from '../evaluation/probeTrials.ts';
import { standardised, standardOf } from '../evaluation/standard.ts';
import { linearClassifierStart } from './classifierHeads.ts';

/**
 * First values of a linear classifier, for `TrainingProgram.initialState`: those of the linear probe of the features. A. Kumar
 * et al., "Fine-tuning can distort pretrained features and underperform out-of-distribution", ICLR 2022,
 * https://arxiv.org/abs/2202.10054: an encoder that is trained beneath a classifier that knows nothing yet loses some of what it
 * knew.
 *
 * @param features of the labelled images, `labels.length × dim`
 * @param labels from 0 to `classes` − 1
 */
export async function probeClassifierStart(
  features: Float32Array,
  labels: Int32Array,
  classes: number,
  runtime: ProbeRuntime,
): Promise<Map<string, Float32Array>> {
  const rows = labels.length;
  const dim = features.length / rows;
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  const standard = standardOf(features, dim, all);
  const set = { features: standardised(features, dim, all, standard), rows, dim, labels };
  const fit = await ProbeFit.open(set, classes, runtime);
  try {
    const { weights, biases } = await fit.fit(FEW_LABEL_PENALTY / rows);
    // The classifier sees features as they are: w · (x − mean) / deviation + b.
    const own = Float32Array.from(weights, (weight) => weight / standard.deviation);
    const shifted = Float32Array.from(biases, (bias, label) => {
      let sum = bias;
      for (let i = 0; i < dim; i++) sum -= own[label * dim + i]! * standard.mean[i]!;
      return sum;
    });
    return linearClassifierStart(own, shifted);
  } finally {
    await fit.close();
  }
}

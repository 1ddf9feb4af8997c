import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import {
  HEAD_INPUTS,
  HEAD_OUTPUT,
  headEvaluationModel,
  imageTextHeadsProgram,
  unchangingHeads,
} from '../../../src/core/training/imageTextHeads.ts';
import { LOG_SCALE, MATCHES } from '../../../src/core/training/imageTextProgram.ts';
import { scaleOf, textMatches } from '../../../src/core/training/losses/imageTextLoss.ts';
import { assertClose } from '../../close.ts';
import { assertSlope, ProgramRunner } from './programRunner.ts';

const runner = new ProgramRunner();
const BATCH = 6;

function unitRows(count: number, dim: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from(
    Array.from({ length: count }, () => {
      const row = Array.from({ length: dim }, () => random.normal());
      return row.map((value) => value / Math.hypot(...row));
    }).flat(),
  );
}

const feedsFor = (image: number, text: number) => ({
  [HEAD_INPUTS.image]: { dims: [BATCH, image], data: unitRows(BATCH, image, 1) },
  [HEAD_INPUTS.text]: { dims: [BATCH, text], data: unitRows(BATCH, text, 2) },
  [MATCHES]: { dims: [BATCH, BATCH], data: textMatches([0, 1, 2, 3, 1, 4]) },
});

describe('heads over two towers', () => {
  const shape = { image: 7, text: 4, outputs: 5 };

  test('are trained by the gradients of their loss, and so is the temperature', async () => {
    const optimizer = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const;
    const program = imageTextHeadsProgram(shape, { batch: BATCH, optimizer });
    assert.deepEqual(program.parameters.map(({ name }) => name).sort(), [
      'image.projection.bias',
      'image.projection.weight',
      LOG_SCALE,
      'text.projection.bias',
      'text.projection.weight',
    ]);
    await assertSlope(await runner.load(program), program, program.initialState(3), feedsFor(7, 4));
  });

  test('bring the vectors of both to one length, whatever the towers give', async () => {
    const state = imageTextHeadsProgram(shape, {
      batch: BATCH,
      optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
    }).initialState(3);
    const feeds = feedsFor(7, 4);
    for (const half of ['image', 'text'] as const) {
      const input = { [HEAD_INPUTS[half]]: feeds[HEAD_INPUTS[half]]! };
      const rows = (await runner.run(headEvaluationModel(half, shape), input, state))[HEAD_OUTPUT]!;
      assert.equal(rows.length, BATCH * 5);
      assertClose([Math.hypot(...rows.subarray(0, 5))], [1], 1e-5, half);
    }
  });

  test('begin with what towers of one space know', async () => {
    const start = unchangingHeads({ image: 4, text: 4, outputs: 4 })!;
    const same = { image: 4, text: 4, outputs: 4 };
    const optimizer = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 } as const;
    const state = imageTextHeadsProgram(same, { batch: BATCH, optimizer }).initialState(3, start);
    const input = feedsFor(4, 4)[HEAD_INPUTS.text]!;
    const { [HEAD_OUTPUT]: rows } = await runner.run(
      headEvaluationModel('text', same),
      { [HEAD_INPUTS.text]: input },
      state,
    );
    assertClose(rows!, input.data, 1e-6, 'rows');
    assert.equal(unchangingHeads(shape), undefined);
  });

  test('multiply cosines by what was learnt, and by 100 at most', () => {
    assertClose([scaleOf(Math.log(14)), scaleOf(9)], [14, 100], 1e-9, 'scales');
  });
});

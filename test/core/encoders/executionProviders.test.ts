import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  candidateProviders,
  fastestProvider,
  judgeProvider,
  providerChoice,
} from '../../../src/core/encoders/executionProviders.ts';

const cpu = { vectors: Float32Array.of(1, 0, 0, 1), imagesPerSecond: 100 };

describe('execution providers', () => {
  test('are named as people write them', () => {
    assert.equal(providerChoice(' WebGPU'), 'webgpu');
    assert.equal(providerChoice('auto'), 'auto');
    assert.equal(providerChoice('gpu'), undefined);
  });

  test('are tried in a fixed order, without the processor and those that Likeness doesn’t know', () => {
    assert.deepEqual(candidateProviders(['cpu', 'webgpu', 'tensorrt', 'cuda']), ['cuda', 'webgpu']);
  });

  test('are trusted where every vector is that of the processor', () => {
    const [good, slight] = [0.9995, 0.99].map((cosine) => Float32Array.of(1, 0, Math.sqrt(1 - cosine ** 2), cosine));
    const trusted = judgeProvider('webgpu', { vectors: good!, imagesPerSecond: 900 }, cpu, 2);
    assert.equal(trusted.unfit, undefined);
    assert.ok(Math.abs(trusted.agreement - 0.9995) < 1e-6);
    // The first vector agrees, the second doesn't.
    const refused = judgeProvider('webgpu', { vectors: slight!, imagesPerSecond: 900 }, cpu, 2);
    assert.equal(refused.unfit, 'gives other vectors than the CPU (cosine similarity 0.9900)');
  });

  test('are refused with numbers that are none, with too few vectors, and with the reason of a failure', () => {
    for (const vectors of [Float32Array.of(1, 0, Number.NaN, 1), Float32Array.of(1, 0), new Float32Array()]) {
      const { agreement, unfit } = judgeProvider('dml', { vectors, imagesPerSecond: 9 }, cpu, 2);
      assert.match(unfit!, /other vectors than the CPU/);
      assert.ok(Number.isFinite(agreement), 'it can be kept as JSON');
    }
    assert.equal(judgeProvider('dml', { reason: 'can’t run it' }, cpu, 2).unfit, 'can’t run it');
  });

  test('are chosen where they are clearly faster', () => {
    const trial = { cpuImagesPerSecond: 100, agreement: 1 };
    const [slow, even, fast] = [20, 110, 500].map((imagesPerSecond) => {
      return { ...trial, provider: 'webgpu' as const, imagesPerSecond };
    });
    assert.equal(fastestProvider([slow!]), 'cpu');
    assert.equal(fastestProvider([even!]), 'cpu');
    const faster = { ...trial, provider: 'cuda' as const, imagesPerSecond: 900 };
    assert.equal(fastestProvider([fast!, faster]), 'cuda');
    assert.equal(fastestProvider([fast!, { ...faster, unfit: 'gives other vectors' }]), 'webgpu');
    assert.equal(fastestProvider([]), 'cpu');
  });
});

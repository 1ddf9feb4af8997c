import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { machineAdvice, type MachineFacts } from '../../../src/core/encoders/machineAdvice.ts';

const usual: MachineFacts = {
  threads: 7,
  cores: 8,
  load: 1.2,
  encoder: { name: 'DINOv2 small', imagesPerSecond: 60 },
};
const codes = (facts: Partial<MachineFacts>) => machineAdvice({ ...usual, ...facts }).map(({ code }) => code);

describe('what slows a machine down', () => {
  test('nothing, usually; a core that is left free, or none left, is as it should be', () => {
    assert.deepEqual(codes({}), []);
    assert.deepEqual(codes({ threads: 8 }), []);
    assert.deepEqual(codes({ threads: 1, cores: 2 }), []);
    assert.deepEqual(codes({ encoder: undefined }), []);
    assert.deepEqual(codes({ encoder: { name: 'broken', imagesPerSecond: 0 } }), []);
  });

  test('too few threads and too many, other programs', () => {
    assert.deepEqual(codes({ threads: 6 }), ['few-threads']);
    assert.deepEqual(codes({ threads: 9 }), ['many-threads']);
    assert.deepEqual(codes({ load: 8.5 }), ['busy-machine']);
  });

  test('a large encoder: how long many images take, and what to do', () => {
    const [advice] = machineAdvice({ ...usual, encoder: { name: 'DINOv2 giant', imagesPerSecond: 0.5 } });
    assert.equal(advice!.code, 'slow-encoder');
    assert.match(
      advice!.message,
      /^DINOv2 giant manages 0\.5 images\/s on the CPU, 5 h 33 min for 10,000 images; where no graphics card computes it, choose a smaller/,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  ExecutionProvider,
  ProviderChoice,
  ProviderTrial,
} from '../../../src/core/encoders/executionProviders.ts';
import { machineAdvice, type MachineFacts } from '../../../src/core/encoders/machineAdvice.ts';

const usual: MachineFacts = {
  threads: 7,
  cores: 8,
  load: 1.2,
  encoder: { name: 'DINOv2 small', imagesPerSecond: 60 },
  choice: 'auto',
  trials: [],
};
const onCpu = 50;
const trial = (provider: ExecutionProvider, imagesPerSecond: number): ProviderTrial => ({
  provider,
  imagesPerSecond,
  cpuImagesPerSecond: onCpu,
  agreement: 1,
});
const unfit: ProviderTrial = { ...trial('webgpu', 0), agreement: 0, unfit: "can't run it: no adapter." };
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

  test('a large encoder on a graphics card is as slow as that is', () => {
    const encoder = { name: 'DINOv2 giant', imagesPerSecond: 0.5 };
    assert.deepEqual(codes({ encoder, trials: [trial('webgpu', 900)] }), []);
    const [slow] = machineAdvice({
      ...usual,
      encoder,
      choice: 'webgpu',
      trials: [{ ...trial('webgpu', 2), cpuImagesPerSecond: 0.5 }],
    });
    assert.match(
      slow!.message,
      /^DINOv2 giant manages 2\.0 images\/s on webgpu, 1 h 23 min for 10,000 images; choose a smaller/,
    );
    assert.deepEqual(codes({ encoder, trials: [unfit] }), ['slow-encoder']);
  });

  test('a provider that would be clearly faster than what is set', () => {
    const message = (choice: ProviderChoice, ...trials: ProviderTrial[]) =>
      machineAdvice({ ...usual, choice, trials })[0]?.message;
    assert.equal(
      message('cpu', trial('webgpu', 900)),
      'DINOv2 small manages 900 images/s on webgpu, and 50 images/s on the CPU, which computes it; set likeness.encoders.provider (--provider, LIKENESS_PROVIDER) to auto.',
    );
    assert.match(
      message('webgpu', trial('webgpu', 10))!,
      /manages 50 images\/s on the CPU, and 10 images\/s on webgpu, which computes it; set/,
    );
    assert.match(
      message('webgpu', trial('cuda', 900), trial('webgpu', 100))!,
      /manages 900 images\/s on cuda, and 100 images\/s on webgpu/,
    );
    assert.equal(
      message('webgpu', unfit),
      "The CPU computes DINOv2 small, as webgpu can't run it: no adapter; see that it works, or set likeness.encoders.provider (--provider, LIKENESS_PROVIDER) to auto.",
    );
    assert.match(message('dml', trial('webgpu', 50))!, /as dml is not part of ONNX Runtime on this platform; see/);
    for (const choice of ['auto', 'webgpu'] as const) assert.equal(message(choice, trial('webgpu', 900)), undefined);
    assert.equal(message('cpu', trial('webgpu', 55)), undefined, 'hardly faster');
    assert.equal(message('cpu', unfit), undefined);
    assert.equal(message('cpu'), undefined);
  });
});

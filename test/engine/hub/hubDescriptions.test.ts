import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { encoderAdvice } from '../../../src/core/encoders/encoderAdvice.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { smallVisionTower } from './hubModels.ts';
import { fetched, job, setting, type Setting } from './hubSetting.ts';

async function added({ service, folder }: Setting, reference: string) {
  const hub = service();
  const plan = await hub.plan({ reference }, job());
  return hub.add(plan, await fetched(hub, plan), join(folder, 'dataset'));
}

test('an image half exported beside its own description is prepared for as that says', async (context) => {
  const all = await setting(context);
  const described = {
    size: [16, 16],
    mode: 'RGB',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
    interpolation: 'bicubic',
    resize_mode: 'shortest',
    fill_color: 0,
  };
  all.server.commit('some/halves', {
    files: {
      'config.json': JSON.stringify({ embed_dim: 5, vision_cfg: { image_size: 16 } }),
      'textual/model.onnx': 'the other half',
      'visual/model.onnx': encodeModel(smallVisionTower()),
      'visual/preprocess_cfg.json': JSON.stringify(described),
    },
  });
  const config = { model_cfg: { embed_dim: 5 }, preprocess_cfg: { ...described, resize_mode: 'squash' } };
  all.server.commit('some/open-clip', {
    files: { 'open_clip_config.json': JSON.stringify(config), 'onnx/model.onnx': encodeModel(smallVisionTower()) },
  });
  all.server.commit('some/colours', {
    files: {
      'preprocessor_config.json': JSON.stringify({ size: { height: 16, width: 16 }, resample: 3 }),
      'model.onnx': encodeModel(smallVisionTower()),
    },
  });
  all.server.commit('some/bare', { files: { 'model.onnx': encodeModel(smallVisionTower()) } });
  const halves = await added(all, 'hf:some/halves');
  const { mean, std, interpolation, resize, crop } = halves.input;
  assert.deepEqual([mean, std], [described.mean, described.std]);
  assert.deepEqual([interpolation, resize, crop], ['bicubic', 'shortest-edge', 1]);
  assert.equal(encoderAdvice(halves), undefined);
  const whole = await added(all, 'hf:some/open-clip');
  assert.deepEqual([whole.input.mean, whole.input.resize], [described.mean, 'squash']);
  const bare = await added(all, 'hf:some/bare');
  assert.deepEqual(bare.input.mean, [0.485, 0.456, 0.406]);
  assert.match(
    encoderAdvice(bare)!,
    /^No file beside bare says how it takes pictures, .* ImageNet's mean .* card\.json/,
  );
  const colours = await added(all, 'hf:some/colours');
  assert.equal(
    encoderAdvice(colours),
    'No file beside colours says how colours are normalised, so ImageNet\'s mean and deviation are assumed; if it was trained with others, write them into a card.json beside the model ("input": {"mean": […], "std": […]}) and add it again.',
  );
  const kept = await all.registry.resolve(colours.id, join(all.folder, 'dataset'));
  assert.equal(kept.card.inputAssumed, 'colours');
  const stored = await all.registry.resolve(bare.id, join(all.folder, 'dataset'));
  assert.equal(stored.card.inputAssumed, true, 'which is known later on');
});

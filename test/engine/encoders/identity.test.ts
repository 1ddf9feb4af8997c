import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { encoderIdentity } from '../../../src/engine/encoders/identity.ts';
import { encoderInput } from '../../cards.ts';

const output = { name: 'vector', pooling: 'none', dim: 4 } as const;
const hashed = (text: string) => createHash('sha256').update(text).digest('hex');

test('vectors of squashed pictures stay what they are, those of cropped ones are made anew', () => {
  const squashing = encoderInput({ crop: 0.875 });
  // Written out, as indexes hold it.
  const squash =
    'abc{"input":{"crop":0.875,"interpolation":"bilinear","layout":"NCHW","mean":[0,0,0],"name":"image","range":[0,1],' +
    '"resize":"squash","size":[8,8],"std":[1,1,1],"type":"float32"},"output":{"dim":4,"name":"vector","pooling":"none"}}';
  assert.equal(encoderIdentity({ sha256: 'abc', input: squashing, output }), hashed(squash));
  const cropping = encoderInput({ crop: 0.875, resize: 'shortest-edge' });
  assert.notEqual(
    encoderIdentity({ sha256: 'abc', input: cropping, output }),
    hashed(squash.replace('"squash"', '"shortest-edge"')),
  );
});

test('every field that shapes a vector is part of it', () => {
  const variants = [
    encoderInput({ resize: 'shortest-edge' }),
    encoderInput({ resize: 'shortest-edge', cropOffset: 'down' }),
    encoderInput({ resize: 'squash-crop' }),
    encoderInput({ channelOrder: 'bgr' }),
    encoderInput(),
  ].map((input) => encoderIdentity({ sha256: 'abc', input, output }));
  assert.equal(new Set(variants).size, variants.length);
});

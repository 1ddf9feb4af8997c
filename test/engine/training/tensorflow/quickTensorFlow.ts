import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const real = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json'));

/** The package's gradient of a convolution by its filter calls a function for every number, which takes most of a step. */
const code = `'use strict';
const tf = require(${JSON.stringify(real)});
tf.env().set('IS_NODE', false);

function gradientOfFilter({ inputs: { x, dy }, backend, attrs: { strides, pad, filterShape } }) {
  const [height, width, depth, filters] = filterShape;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
  const [input, slopes] = [x, dy].map(({ dataId }) => backend.data.get(dataId).values);
  const result = new Float32Array(height * width * depth * filters);
  for (let image = 0; image < info.batchSize; image++) {
    for (let row = 0; row < info.outHeight; row++) {
      for (let column = 0; column < info.outWidth; column++) {
        const slope = ((image * info.outHeight + row) * info.outWidth + column) * filters;
        for (let tap = 0; tap < height * width; tap++) {
          const y = row * info.strideHeight - info.padInfo.top + Math.floor(tap / width);
          const left = column * info.strideWidth - info.padInfo.left + (tap % width);
          if (y < 0 || y >= info.inHeight || left < 0 || left >= info.inWidth) continue;
          const from = ((image * info.inHeight + y) * info.inWidth + left) * depth;
          for (let channel = 0; channel < depth; channel++) {
            const to = (tap * depth + channel) * filters;
            const value = input[from + channel];
            for (let i = 0; i < filters; i++) result[to + i] += value * slopes[slope + i];
          }
        }
      }
    }
  }
  return backend.makeTensorInfo(filterShape, 'float32', result);
}

if (!globalThis.quickened) {
  globalThis.quickened = true;
  tf.unregisterKernel('Conv2DBackpropFilter', 'cpu');
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'cpu', kernelFunc: gradientOfFilter });
}
module.exports = tf;
`;

/** Writes a package that is plain TensorFlow.js with one kernel replaced, for whole networks. @returns its folder */
export function writeQuickTensorFlow(folder: string, name = 'quick-tensorflow'): string {
  const path = join(folder, 'node_modules', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '4.22.0' }));
  writeFileSync(join(path, 'index.js'), code);
  return path;
}

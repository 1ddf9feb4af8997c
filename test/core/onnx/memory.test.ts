import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { peakActivationBytes } from '../../../src/core/onnx/memory.ts';

const KILOBYTE = [256];

test('a chain needs two values at a time', () => {
  const graph = new GraphBuilder('chain');
  let value = graph.input('x', 'float32', KILOBYTE);
  for (let i = 0; i < 5; i++) value = graph.op('Exp', [value]);
  graph.output('y', value);
  assert.equal(peakActivationBytes(graph), 2048);
});

test('a value that is used later stays', () => {
  const graph = new GraphBuilder('late');
  const first = graph.op('Exp', [graph.input('x', 'float32', KILOBYTE)]);
  const second = graph.op('Exp', [graph.op('Exp', [first])]);
  graph.output('y', graph.op('Add', [first, second]));
  assert.equal(peakActivationBytes(graph), 3 * 1024);
});

test('other views of a value take no memory, and keep it', () => {
  const graph = new GraphBuilder('views');
  const first = graph.op('Exp', [graph.input('x', 'float32', KILOBYTE)]);
  const view = graph.op('Reshape', [first, graph.integers([16, 16])]);
  const other = graph.op('Exp', [graph.op('Exp', [first])]);
  graph.output('y', graph.op('Add', [view, graph.op('Reshape', [other, graph.integers([16, 16])])]));
  assert.equal(peakActivationBytes(graph), 3 * 1024);
});

test('types count by their size, sizes with names not at all', () => {
  const graph = new GraphBuilder('types');
  const x = graph.input('x', 'float32', KILOBYTE);
  graph.output('positive', graph.op('Greater', [x, graph.scalar(0)]));
  graph.output('open', graph.op('Exp', [graph.input('n', 'float32', ['N'])]));
  assert.equal(peakActivationBytes(graph), 256);
});

import { test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { reconstructionLoss } from '../../../src/core/training/losses/reconstructionLoss.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';
import { between, gradientCase } from '../differentiation/cases/gradientCase.ts';
import { GradientChecker } from '../differentiation/gradientChecker.ts';

const runner = new GraphRunner();

test('the reconstruction loss is the mean over pictures, colours and pixels', async () => {
  const dims = [2, 3, 4, 5];
  const random = new RandomStream(1);
  const [a, b] = [0, 1].map(() => Array.from({ length: 120 }, () => random.uniform())) as [number[], number[]];
  const graph = new GraphBuilder('loss');
  const inputs = ['a', 'b'].map((name) => graph.input(name, 'float32', dims)) as [never, never];
  graph.output('loss', reconstructionLoss(graph, ...inputs));
  const { loss } = await runner.run(graph, { a: { dims, data: a }, b: { dims, data: b } });
  assertClose(loss!.data as Float32Array, [a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / 120], 1e-5);
});

new GradientChecker().testAll([
  gradientCase(
    'its gradients are those of finite differences',
    [between(0, 1, 2, 3, 2, 2), between(0, 1, 2, 3, 2, 2)],
    (graph, a, b) => reconstructionLoss(graph, a, b),
  ),
]);

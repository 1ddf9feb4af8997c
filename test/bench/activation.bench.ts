/**
 * Activation: loading the bundle (plain Node, `vscode` left empty) and `activate` inside the extension host of a real
 * VS Code.
 *
 *     npm run bench -- activation [--rounds 5]
 *
 * The budget is ≤ 50 ms for both together.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildForDevelopment } from '../../src/build/builder.ts';
import { inProject, projectRoot } from '../../src/build/project.ts';
import { bundleHostSuites } from '../host/harness/bundleSuites.ts';
import { runHostSuite } from '../host/harness/hostSuite.ts';
import { median, printTable } from './report.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);

await buildForDevelopment(console.error);
const bundle = inProject('dist/extension.cjs');
const loadScript = `
  const Module = require('node:module');
  const load = Module._load;
  // Not a class, whose prototype can't be another.
  const anything = new Proxy(function () {}, {
    get: (_, key) => (key === 'prototype' ? Object.prototype : anything),
    apply: () => anything,
  });
  Module._load = (name, ...rest) => (name === 'vscode' ? anything : load(name, ...rest));
  const start = performance.now();
  require(${JSON.stringify(bundle)});
  console.log(performance.now() - start);
`;
const loading = Array.from({ length: rounds }, () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', loadScript], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return Number(stdout);
});

const { entry, suites } = await bundleHostSuites();
const folder = mkdtempSync(join(tmpdir(), 'likeness-bench-'));
const file = join(folder, 'activation.txt');
for (let round = 0; round < rounds; round++) {
  await runHostSuite({
    entry,
    suites: [suites.get('activation.test.ts')!],
    open: folder,
    trust: true,
    developmentPath: projectRoot,
    env: { LIKENESS_ACTIVATION_FILE: file },
  });
}
const activating = readFileSync(file, 'utf8').trim().split('\n').map(Number);
rmSync(folder, { recursive: true, force: true });

const figure = (times: readonly number[]) =>
  `${median(times).toFixed(1)} ms (${times.map((time) => time.toFixed(1)).join(', ')})`;
printTable(`Activation, median of ${rounds}`, [
  ['loading the bundle', figure(loading)],
  ['activate', figure(activating)],
  ['together', `${(median(loading) + median(activating)).toFixed(1)} ms (budget ≤ 50 ms)`],
]);

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fetchOldestSupportedNode } from '../../../src/build/nodeRelease.mjs';
import { packageFile, packageFolder } from '../../../src/build/packager.ts';
import { run } from '../../../src/build/processes.ts';
import { inProject } from '../../../src/build/project.ts';
import { explorerContextMenu, runCommand, screenshot, webviewFrame } from '../harness/page.ts';
import { launchWorkbench } from '../harness/workbench.ts';
import { makeDataset } from '../runs.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'likeness-package-'));
});

after(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('unpacked away from the project, its command line indexes and finds a planted duplicate', async () => {
  await findByCommandLine(process.execPath);
});

test('the same works on the oldest Node that VS Code may bring', async (context) => {
  const node = fetchOldestSupportedNode(inProject('.tools'), (line) => process.stderr.write(`${line}\n`));
  if (node === undefined) context.skip('npm has no such Node for this platform');
  else await findByCommandLine(node);
});

async function findByCommandLine(node: string): Promise<void> {
  const home = await mkdtemp(path.join(folder, 'command line '));
  const extension = path.join(home, 'extension');
  await cp(packageFolder, extension, { recursive: true });
  const dataset = await makeDataset(home);
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(node, [path.join(extension, 'dist/cli.js'), ...args, '--json']);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as unknown;
  };

  const indexed = (await cli('index', dataset)) as { images: number; embedded: number };
  assert.ok(indexed.images > 50, `${indexed.images} images`);
  assert.ok(indexed.embedded > 50, `${indexed.embedded} embedded`);

  const [query, twin] = await plantedDuplicate(dataset);
  const { results } = (await cli('similar', path.join(dataset, query), '-k', '5')) as {
    results: { path: string; similarity: number }[];
  };
  const found = results.find((result) => result.path === twin);
  assert.ok(found !== undefined && found.similarity > 0.9999, JSON.stringify(results));
}

test('installed into VS Code, it indexes a folder and finds similar images', async (context) => {
  const dataset = await makeDataset(folder, 'by window');
  const [query] = await plantedDuplicate(dataset);
  const { page, stop } = await launchWorkbench({ open: dataset, extension: { vsix: packageFile() } });
  context.after(stop);

  await runCommand(page, 'Likeness: Index Folder');
  await explorerContextMenu(page, query, 'Find Similar Images');
  const similar = await webviewFrame(page, '.results li img', 120_000);
  const results = await similar.locator('.results li').count();
  await screenshot(page, 'package');
  assert.ok(results >= 10, `${results} results`);
});

/** Two files of equal bytes that the sample lists. */
async function plantedDuplicate(dataset: string): Promise<[string, string]> {
  const truth = JSON.parse(await readFile(path.join(dataset, 'planted.json'), 'utf8')) as {
    findings: { kind: string; paths: string[] }[];
  };
  // Of equal pixels in other files one may be reduced while it is decoded, and come out a little different.
  for (const { kind, paths } of truth.findings) {
    const [first, second] = paths;
    if (kind !== 'exact-duplicate' || first === undefined || second === undefined) continue;
    const [bytes, others] = await Promise.all([first, second].map((file) => readFile(path.join(dataset, file))));
    if (bytes!.equals(others!)) return [first, second];
  }
  assert.fail('the sample lists no files of equal bytes');
}

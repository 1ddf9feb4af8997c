import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';
import { test } from 'node:test';
import { importsOf, parse, readSources } from './imports.ts';
import { layerViolations, owners } from './layers.ts';

const sources = readSources('src', 'webview');

test('every file imports only what its layer may', () => {
  assert.deepEqual(layerViolations(sources), []);
});

test('every owner of a native module imports it', () => {
  for (const [module, owner] of Object.entries(owners)) {
    const file = sources.find(({ path }) => path === owner);
    assert.ok(file, `${owner} is missing`);
    assert.ok(
      importsOf(parse(file)).some(({ specifier, typeOnly }) => specifier === module && !typeOnly),
      `${owner} does not import ${module}`,
    );
  }
});

test("Node's modules are named with their prefix, so that the layers see them", () => {
  const bare = sources.flatMap((file) =>
    importsOf(parse(file))
      .filter(({ specifier }) => builtinModules.includes(specifier) && !specifier.startsWith('node:'))
      .map(({ specifier, line }) => `${file.path}:${line}: ${specifier}`),
  );
  assert.deepEqual(bare, []);
});

const planted: readonly [file: string, text: string, complaint: RegExp][] = [
  ['src/core/a.ts', "import { readFile } from 'node:fs/promises';", /may not import node:fs/],
  ['src/core/a.ts', "import type { IndexStore } from '../engine/store/indexStore.ts';", /may not import src\/engine/],
  ['src/core/a.ts', "const x = await import('sharp');", /imported by src\/engine\/images\/codec.ts only/],
  ['src/core/a.ts', "type Uri = import('vscode').Uri;", /may not import vscode/],
  ['src/core/a.ts', 'export const seed = Math.random();', /uses no Math.random/],
  ['src/core/a.ts', 'export const home = process.env.HOME;', /uses no process/],
  ['src/protocol/a.ts', "export * from '../extension/contract.ts';", /may not import src\/extension/],
  ['src/engine/a.ts', "import * as vscode from 'vscode';", /may not import vscode/],
  ['src/engine/a.ts', "import ort from 'onnxruntime-node';", /onnxRuntime.ts only/],
  ['src/engine/a.ts', "const tf = await import('@tensorflow/tfjs-core');", /is found at run time/],
  ['src/engine/a.ts', "import { DatabaseSync } from 'node:sqlite';", /sqlite.ts only/],
  ['src/engine/a.ts', "const sqlite = process.getBuiltinModule('node:sqlite');", /sqlite.ts only/],
  ['src/engine/a.ts', "const sharp = require('sharp');", /codec.ts only/],
  ['src/cli/a.ts', "import { activate } from '../extension/extension.ts';", /may not import src\/extension/],
  ['src/extension/a.ts', "import { runDoctor } from '../engine/doctor.ts';", /may not import src\/engine/],
  ['src/extension/a.ts', "import { DatabaseSync } from 'node:sqlite';", /sqlite.ts only/],
  ['src/extension/a.ts', "import type { Sharp } from 'sharp';", /may not import the package sharp/],
  ['webview/similar/a.tsx', "import { readFileSync } from 'node:fs';", /may not import node:fs/],
  [
    'webview/similar/a.tsx',
    "import { commands } from '../../src/extension/contract.ts';",
    /may not import src\/extension/,
  ],
  ['src/other/a.ts', 'export const nothing = 1;', /belongs to no layer/],
];

for (const [path, text, complaint] of planted) {
  test(`the check finds ${text} in ${path}`, () => {
    const [found, ...rest] = layerViolations([{ path, text }]);
    assert.match(found ?? 'nothing', complaint);
    assert.deepEqual(rest, []);
  });
}

test('the check leaves alone what only looks like a violation', () => {
  const text = [
    '// import fs from "node:fs"',
    "import { isCancellation } from '../errors.ts';",
    "const words = `import('sharp')`;",
    'export const view = { document: words, process: 1, window: isCancellation };',
    'export const of = (job: { process: number }) => job.process;',
  ].join('\n');
  assert.deepEqual(layerViolations([{ path: 'src/core/images/a.ts', text }]), []);
});

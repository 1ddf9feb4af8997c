import { globSync, readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { inProject } from './project.ts';

/**
 * Gives the extension's bundle the editor's API as one module with the exports that it uses. Left to itself, esbuild copies every
 * property of the API, several hundred, into an object of its own for each file that imports it, whenever the extension is loaded.
 */
export function vscodeModule(): Plugin {
  return {
    name: 'vscode-module',
    setup(build) {
      build.onResolve({ filter: /^vscode$/ }, ({ kind }) =>
        kind === 'require-call' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'vscode-api' },
      );
      build.onLoad({ filter: /^vscode$/, namespace: 'vscode-api' }, () => ({
        contents: [
          "const api = require('vscode');",
          ...namesUsed().map((name) => `export const ${name} = api.${name};`),
        ].join('\n'),
        loader: 'js',
      }));
    },
  };
}

/** Types among them are no properties, and harmless. */
function namesUsed(): string[] {
  const names = new Set<string>();
  for (const file of globSync('src/extension/**/*.ts', { cwd: inProject('.') })) {
    for (const [, name] of readFileSync(inProject(file), 'utf8').matchAll(/\bvscode\.(\w+)/g)) names.add(name!);
  }
  return [...names].sort();
}

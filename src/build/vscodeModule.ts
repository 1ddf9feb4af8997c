import { globSync, readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import { inProject, projectRoot } from './project.ts';

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
        // A watched build has to see what is used of the API from now on.
        watchFiles: sources(),
        contents: [
          "const api = require('vscode');",
          ...namesUsed().map((name) => `export const ${name} = api.${name};`),
        ].join('\n'),
        loader: 'js',
      }));
    },
  };
}

function sources(): string[] {
  return globSync('src/extension/**/*.ts', { cwd: projectRoot }).map((file) => inProject(file));
}

/** Types among them are no properties, and harmless. */
function namesUsed(): string[] {
  const names = new Set<string>();
  for (const file of sources()) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/\bvscode\.(\w+)/g)) names.add(name!);
  }
  return [...names].sort();
}

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder that holds package.json, absolute. */
export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** An absolute path from one relative to the project. */
export const inProject = (...segments: string[]): string => path.join(projectRoot, ...segments);

/** `linux-x64`, `win32-arm64`, …: as VS Code's marketplace names targets. */
export const platformTarget = `${process.platform}-${process.arch}`;

export interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
  readonly engines: { readonly vscode: string };
  readonly [key: string]: unknown;
}

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as Manifest;
}

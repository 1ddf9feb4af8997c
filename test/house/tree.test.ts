import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import ts from 'typescript';
import { projectRoot } from '../../src/build/project.ts';
import { parse, readSources } from './imports.ts';

const maximumLines = 400;
/** Files that may be longer, each with the reason. */
const longFiles: Readonly<Record<string, string>> = {};

/** What the project's folder holds: the product, and beside it only what tools look for there. */
const topLevel = [
  ...['package.json', 'tsconfig.json', 'README.md', '.vscodeignore', 'src', 'webview', 'media', 'encoders', 'test'],
  ...['package-lock.json', '.npmrc', '.ci', '.vscode', '.gitignore', '.gitattributes', 'LICENSE', 'CHANGELOG.md'],
  ...['eslint.config.mjs', '.prettierignore'],
];

const sources = readSources('src', 'webview', 'test');

test(`no source file is longer than ${maximumLines} lines`, () => {
  const tooLong = sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > maximumLines && !(path in longFiles));
  assert.deepEqual(tooLong, []);
});

test('exceptions to the length are still needed', () => {
  const unneeded = Object.keys(longFiles).filter((path) => {
    const file = sources.find((source) => source.path === path);
    return file === undefined || file.text.split('\n').length - 1 <= maximumLines;
  });
  assert.deepEqual(unneeded, []);
});

test('nothing is exported by default', () => {
  const defaults = sources.filter((file) => parse(file).statements.some(exportsDefault)).map(({ path }) => path);
  assert.deepEqual(defaults, []);
});

test('the check finds default exports of every form', () => {
  for (const text of ['export default 1;', 'export default function f() {}', 'const a = 1; export { a as default };']) {
    assert.ok(parse({ path: 'a.ts', text }).statements.some(exportsDefault), text);
  }
});

test('the top level holds what belongs there', (context) => {
  let listed: string;
  try {
    listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    context.skip('needs git and a clone');
    return;
  }
  const names = new Set(listed.split('\n').map((file) => file.split('/')[0]!));
  names.delete('');
  assert.deepEqual(
    [...names].filter((name) => !topLevel.includes(name)),
    [],
  );
});

function exportsDefault(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (
    ts.isExportDeclaration(statement) &&
    statement.exportClause !== undefined &&
    ts.isNamedExports(statement.exportClause)
  ) {
    return statement.exportClause.elements.some((element) => element.name.text === 'default');
  }
  return ts.canHaveModifiers(statement)
    ? (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
    : false;
}

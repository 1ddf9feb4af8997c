import path from 'node:path';
import { globalsUsed, importsOf, parse, type Import, type SourceFile } from './imports.ts';

interface Layer {
  /** Other layers whose files may be imported. */
  readonly layers: readonly string[];
  /** Packages that may be imported; `undefined` allows all that nobody else owns. */
  readonly packages: readonly string[] | undefined;
  /** Node's own modules may be imported. */
  readonly node: boolean;
}

/** Who may import whom. The tests' own layer isn't restricted. */
export const layers: Readonly<Record<string, Layer>> = {
  // `ignore` matches patterns against strings: pure, without dependencies.
  'src/core': { layers: [], packages: ['ignore'], node: false },
  'src/protocol': { layers: ['src/core'], packages: ['vscode-jsonrpc'], node: false },
  'src/engine': { layers: ['src/core', 'src/protocol'], packages: undefined, node: true },
  'src/cli': { layers: ['src/core', 'src/protocol', 'src/engine'], packages: [], node: true },
  'src/extension': { layers: ['src/core', 'src/protocol'], packages: ['vscode', 'vscode-jsonrpc'], node: true },
  'src/build': { layers: ['src/core', 'src/engine', 'test'], packages: undefined, node: true },
  webview: { layers: ['src/core', 'src/protocol'], packages: undefined, node: false },
};

/** Modules that exactly these files may import: they load native code, are the front door, or may have to be exchanged. */
export const owners: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'src/engine/encoders/onnxRuntime.ts',
  sharp: 'src/engine/images/codec.ts',
  'node:sqlite': 'src/engine/store/sqlite.ts',
  '@huggingface/tokenizers': 'src/engine/encoders/text/tokenizer.ts',
};

/** What people install themselves, if at all: loaded from where they have it, so that only types may be imported. */
const foundAtRunTime = /^@tensorflow\//;

/** Only the window has VS Code's interface. */
const vscodeLayers = ['src/extension'];

/** What the core is handed instead: randomness, clock, environment. The compiler refuses it the DOM. */
const ambient = new Set([
  ...['Math.random', 'Date.now', 'performance', 'crypto', 'process', 'Buffer', 'require', '__dirname'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'console'],
]);

/** Everything in `files` that breaks a rule, as `file:line: sentence`. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const name = layerOf(file.path);
    const layer = name === undefined ? undefined : layers[name];
    if (name === undefined || layer === undefined) return [`${file.path}: belongs to no layer`];
    const source = parse(file);
    const complaints = importsOf(source).flatMap((imported) => {
      const complaint = complain(file.path, name, layer, imported);
      return complaint === undefined ? [] : [`${file.path}:${imported.line}: ${complaint}`];
    });
    if (name !== 'src/core') return complaints;
    const globals = globalsUsed(source, ambient).map(
      ({ name: global, line }) => `${file.path}:${line}: the core is handed what it needs, and uses no ${global}`,
    );
    return [...complaints, ...globals];
  });
}

function complain(file: string, name: string, layer: Layer, { specifier, typeOnly }: Import): string | undefined {
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    const targetLayer = layerOf(target) ?? target.split('/')[0]!;
    if (targetLayer === name || layer.layers.includes(targetLayer)) return undefined;
    // The version, which the bundler copies in.
    if (target === 'package.json' && layer.node) return undefined;
    return `${name} may not import ${target}`;
  }
  const module = specifier.startsWith('node:') ? specifier : packageOf(specifier);
  const owner = owners[module];
  if (owner !== undefined) {
    if (file === owner) return undefined;
    if (!typeOnly) return `${module} is imported by ${owner} only`;
  }
  if (foundAtRunTime.test(module) && !typeOnly)
    return `${module} is found at run time, and only its types are imported`;
  if (module === 'vscode') return vscodeLayers.includes(name) ? undefined : `${name} may not import vscode`;
  if (module.startsWith('node:')) return layer.node ? undefined : `${name} may not import ${module}`;
  if (layer.packages?.includes(module) === false) return `${name} may not import the package ${module}`;
  return undefined;
}

function layerOf(file: string): string | undefined {
  return Object.keys(layers).find((name) => file.startsWith(`${name}/`));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

import ignore from 'ignore';

/** Never part of a dataset, whatever the patterns say: repositories, and what we keep ourselves. */
const PRIVATE_FOLDERS: ReadonlySet<string> = new Set(['.git', '.likeness']);

/** Left by tools, without a dot in front; `@eaDir` holds the previews that Synology's servers make of every picture. */
const TOOL_FOLDERS: ReadonlySet<string> = new Set([
  ...['node_modules', '__pycache__'],
  ...['__MACOSX', '$RECYCLE.BIN', '@eaDir'],
]);

/**
 * What a scan leaves out: hidden folders (`.git`, `.venv`, `.ipynb_checkpoints`, caches and trash cans full of copies),
 * `node_modules`, `__pycache__`, `@eaDir`, AppleDouble files, and what matches the given `.gitignore`-style patterns. A pattern with `!` brings back what is left out by default, except `.git` and
 * `.likeness`. Case makes no difference, so that a dataset means the same on every system. A repository's own
 * `.gitignore` isn't asked, because datasets are often kept out of git.
 */
export class ExcludeRules {
  readonly #patterns;

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.length === 0 ? undefined : ignore({ ignorecase: true }).add(patterns);
  }

  /** @param path relative to the root, with `/`, ending in `name`; its parent folder isn't excluded. */
  excludesFolder(path: string, name: string): boolean {
    if (PRIVATE_FOLDERS.has(name)) return true;
    return this.#excludes(`${path}/`, name.startsWith('.') || TOOL_FOLDERS.has(name));
  }

  /** The same for a file. */
  excludesFile(path: string, name: string): boolean {
    // AppleDouble: macOS's metadata of `name`, under the picture's own extension.
    return this.#excludes(path, name.startsWith('._'));
  }

  #excludes(path: string, byDefault: boolean): boolean {
    if (this.#patterns === undefined) return byDefault;
    const { ignored, unignored } = this.#patterns.test(path);
    return ignored || (byDefault && !unignored);
  }
}

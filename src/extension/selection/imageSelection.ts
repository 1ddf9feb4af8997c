import { Emitter } from 'vscode-jsonrpc/node';

/** Images that a person has chosen to do something with. */
export interface SelectedImages {
  /** Of the dataset, absolute. */
  readonly root: string;
  /** Relative to the root, with `/`; in the order in which they were chosen. */
  readonly paths: readonly string[];
}

/**
 * The one selection of a window: panels show it and change it, and commands act on it. Whoever changes it says who it is,
 * so that its own change needn't be taken for somebody else's.
 */
export class ImageSelection {
  readonly #changed = new Emitter<string>();
  /** Tells who changed it. */
  readonly onDidChange = this.#changed.event;
  #current: SelectedImages | undefined;
  #revision = 0;
  #source: string | undefined;

  /** Undefined where nothing is selected. */
  get current(): SelectedImages | undefined {
    return this.#current;
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#revision;
  }

  /** Who changed it last. */
  get source(): string | undefined {
    return this.#source;
  }

  /**
   * Selects these images alone; none clears the selection.
   *
   * @param source who changes it, such as a panel's view type
   */
  set(selected: SelectedImages | undefined, source: string): void {
    const next = selected && selected.paths.length > 0 ? selected : undefined;
    if (next === undefined && this.#current === undefined) return;
    this.#current = next;
    this.#source = source;
    this.#revision += 1;
    this.#changed.fire(source);
  }
}

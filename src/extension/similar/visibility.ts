import { Emitter } from 'vscode-jsonrpc/node';

/** Whether a view can be seen, for those who work only then. */
export class Visibility {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #visible = false;

  get visible(): boolean {
    return this.#visible;
  }

  set(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#changed.fire();
  }
}

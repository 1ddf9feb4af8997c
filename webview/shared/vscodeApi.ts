interface VsCodeApi {
  postMessage(message: unknown): void;
  /** What the page kept before it was thrown away; undefined at first. */
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** VS Code hands this out once per page. */
export const vscodeApi = acquireVsCodeApi();

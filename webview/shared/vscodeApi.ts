interface VsCodeApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** VS Code hands this out once per page. */
export const vscodeApi = acquireVsCodeApi();

import * as vscode from 'vscode';
import { formatProgress } from '../../core/progressText.ts';
import type { CallOptions } from '../../protocol/rpc.ts';

/** Shows how far a call is while a person waits for it. Rejects as cancelled where they have had enough of it. */
export async function withProgress<T>(title: string, call: (options: CallOptions) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (notification, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    return call({
      signal: abort.signal,
      onProgress: (progress) => {
        notification.report({ message: formatProgress(progress) });
      },
    });
  });
}

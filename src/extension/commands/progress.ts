import * as vscode from 'vscode';
import { formatProgress, progressPercent } from '../../core/progressText.ts';
import type { CallOptions } from '../../protocol/rpc.ts';

export interface ProgressLook {
  /** Draws how far it is, which fits a call that counts to its total once; otherwise something just moves. */
  readonly hasBar?: boolean;
}

/** Shows how far a call is while a person waits for it. Rejects as cancelled where they have had enough of it. */
export async function withProgress<T>(
  title: string,
  call: (options: CallOptions) => Promise<T>,
  { hasBar = false }: ProgressLook = {},
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (notification, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    let drawn = 0;
    return call({
      signal: abort.signal,
      onProgress: (progress) => {
        const percent = Math.max(drawn, (hasBar ? progressPercent(progress) : undefined) ?? 0);
        notification.report({
          message: formatProgress(progress),
          ...(percent > drawn && { increment: percent - drawn }),
        });
        drawn = percent;
      },
    });
  });
}

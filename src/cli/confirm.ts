import { createInterface } from 'node:readline/promises';
import { cancelled } from '../core/errors.ts';

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** True where somebody sits at it who could answer. */
export function isAttended({ input }: Terminal): boolean {
  return input.isTTY === true;
}

/** Asks for a yes; anything else, and the end of the input, is a no. Rejects with cancelled. */
export async function confirm(question: string, { input, output }: Terminal, signal: AbortSignal): Promise<boolean> {
  // Not as a terminal of its own: Ctrl+C keeps its meaning.
  const lines = createInterface({ input, output, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => {
      lines.once('close', () => {
        resolve('');
      });
    });
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    throw signal.aborted ? cancelled() : error;
  } finally {
    lines.close();
  }
}

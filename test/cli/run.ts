import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import type { EncoderCard } from '../../src/core/encoders/card.ts';
import type { Box } from '../../src/core/images/boxes.ts';
import type { RecommendedEncoder } from '../../src/core/hub/hubPlan.ts';
import type { VectorSize } from '../../src/engine/encoders/indexedVectors.ts';
import type { RemovedEncoder } from '../../src/engine/encoders/removeEncoder.ts';
import type { DoctorReport, IndexReport } from '../../src/protocol/engine.ts';
import type { PretrainPlan, RunSummary } from '../../src/protocol/training.ts';

/** `npm test` names the bundle, which is what people run and starts four times as fast; a test by itself runs the source. */
const main = process.env['LIKENESS_TEST_CLI'] ?? resolve(import.meta.dirname, '../../src/cli/main.ts');

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cache: string;
  readonly cwd?: string;
  /** Variables beside those of the test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input. */
  readonly input?: string;
  /** Handed the process, to signal it. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the command line as a process of its own. */
export function likeness(args: readonly string[], { cache, cwd, env, input, onStart }: RunOptions): Promise<Outcome> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      cwd,
      // What a graphics card would give isn't the same everywhere.
      env: { ...process.env, LIKENESS_CACHE: cache, LIKENESS_PROVIDER: 'cpu', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      done({ code, signal, stdout, stderr });
    });
    onStart?.(child);
  });
}

/** The one JSON document of a `--json` run, by command. */
interface Documents {
  index: IndexReport;
  similar: {
    readonly query: string;
    readonly region?: Box;
    readonly encoder: string;
    readonly approximate: boolean;
    readonly recall: number;
    readonly results: readonly { readonly path: string; readonly similarity: number; readonly region?: Box }[];
  };
  encoders: {
    readonly encoders: readonly EncoderCard[];
    readonly index: readonly (VectorSize & { readonly id: string; readonly inUse: boolean })[];
    readonly removed?: RemovedEncoder;
  };
  recommended: { readonly recommended: readonly RecommendedEncoder[] };
  doctor: DoctorReport;
  train: {
    readonly run: string;
    readonly encoder: string;
    readonly seconds: number;
    readonly metrics: Readonly<Record<string, number>>;
    readonly reconstructions?: string;
  };
  plan: PretrainPlan;
  runs: { readonly runs: readonly RunSummary[] };
  failure: { readonly error: { readonly code: string; readonly message: string } };
}

export function documentOf<K extends keyof Documents>(_kind: K, { stdout }: Outcome): Documents[K] {
  return JSON.parse(stdout) as Documents[K];
}

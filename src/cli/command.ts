import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, usage } from '../core/errors.ts';
import type { JobContext } from '../core/progress.ts';
import type { Engine } from '../engine/engine.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What the value stands for in the help: `ID|FILE.onnx`. */
  readonly value?: string;
  /** Whether the value is a filter, which may begin with "-". */
  readonly isFilter?: boolean;
  readonly help: string;
}

/** Options that every command takes. */
const commonOptions = {
  json: { type: 'boolean', help: 'print one JSON document on standard output' },
  provider: {
    type: 'string',
    value: 'NAME',
    help: 'what encoders run on: auto (default: the fastest that agrees with the CPU), cpu, webgpu, dml, cuda or coreml; also what train computes on (default: cpu)',
  },
  threads: { type: 'string', value: 'N', help: 'threads that encoders and trainings compute on (default: all cores)' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
} as const satisfies Record<string, OptionSpec>;

export interface Invocation {
  readonly positionals: readonly string[];
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  readonly flag: (name: string) => boolean;
}

export interface CommandOutput {
  /** The document of `--json`, as DESIGN's contract has it. */
  readonly json: unknown;
  /** The same for a person. */
  readonly lines: readonly string[];
  /** What a person should know besides, with `--json` too: on standard error. */
  readonly notes?: readonly string[];
  /** Where it isn't 0: 1 for findings, 3 where the result is there but can't be trusted. */
  readonly exitCode?: 1 | 3;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Whether filters stand among its positionals. */
  readonly takesFilters?: boolean;
  readonly run: (invocation: Invocation, engine: Engine, job: JobContext) => Promise<CommandOutput>;
}

/** Parses a command's arguments; throws `usage` with the command's own usage line. */
export function parseInvocation(command: Command, args: readonly string[]): Invocation {
  const specs: Record<string, OptionSpec> = { ...command.options, ...commonOptions };
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short, multiple = false }]) => [
      name,
      short === undefined ? { type, multiple } : { type, multiple, short },
    ]),
  );
  try {
    const guarded = withGuardedFilters(args, specs, command.takesFilters === true);
    const { values, positionals } = parseArgs({ args: guarded, options, allowPositionals: true, strict: true });
    return {
      positionals: positionals.map((text) => (text.startsWith(GUARD) ? text.slice(GUARD.length) : text)),
      text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
      texts: (name) => {
        const value = values[name];
        return Array.isArray(value) ? value.map(String) : [];
      },
      flag: (name) => values[name] === true,
    };
  } catch (error) {
    throw usage(`${messageOf(error)}\nUsage: likeness ${command.usage}`);
  }
}

/** No argument holds this character, so that what begins with it is told apart. */
const GUARD = '\u0000';

/** A filter may begin with "-" (`--where -class:mug`), which the parser of arguments would take for an option. */
function withGuardedFilters(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
  arePositional: boolean,
): string[] {
  const shorts = Object.values(specs).flatMap(({ short }) => (short === undefined ? [] : [`-${short}`]));
  const isNegated = (text: string | undefined) => text !== undefined && /^-[^-]/.test(text) && !shorts.includes(text);
  const guarded: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const text = args[i]!;
    if (text === '--') return [...guarded, ...args.slice(i)];
    const next = args[i + 1];
    if (text.startsWith('--') && specs[text.slice(2)]?.isFilter === true && isNegated(next)) {
      guarded.push(`${text}=${next}`);
      i++;
    } else guarded.push(arePositional && isNegated(text) ? `${GUARD}${text}` : text);
  }
  return guarded;
}

/** A positive whole number given as an option. */
export function countOption(invocation: Invocation, name: string, fallback: number): number {
  const text = invocation.text(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw usage(`${dashed(name)} takes a whole number above 0, not "${text}".`);
  }
  return value;
}

/** Of `--seed`; 0 where it isn't given. */
export function seedOption(invocation: Invocation): number {
  const text = invocation.text('seed') ?? '0';
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw usage(`--seed takes a whole number from 0, not "${text}".`);
  }
  return seed;
}

export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, ...commonOptions }).map(([name, spec]: [string, OptionSpec]) => {
    const short = spec.short === undefined ? '' : `-${spec.short}, `;
    return [`${short}${dashed(name)}${spec.value === undefined ? '' : ` ${spec.value}`}`, spec.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [command.summary, '', `Usage: likeness ${command.usage}`, '', ...lines].join('\n');
}

/** An option as it is typed. */
function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

import { asLikenessError, ErrorCode, isCancellation, usage, type LikenessError } from '../core/errors.ts';
import { shownLine, shownLines } from '../core/shownText.ts';
import { liftMarks } from '../engine/encoders/providers/providerUse.ts';
import { Engine } from '../engine/engine.ts';
import { engineOptions } from '../engine/machine.ts';
import { version } from '../engine/version.ts';
import { commandHelp, countOption, parseInvocation, type Command, type Invocation } from './command.ts';
import { doctorCommand } from './commands/doctor.ts';
import { encodersCommand } from './commands/encoders.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { indexCommand } from './commands/index.ts';
import { labelCommand } from './commands/label.ts';
import { labelsCommand } from './commands/labels.ts';
import { listCommand } from './commands/list.ts';
import { mapCommand } from './commands/map.ts';
import { checkCommand } from './commands/check.ts';
import { decideCommand, tagCommand } from './commands/decide.ts';
import { predictCommand } from './commands/predict.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { searchCommand } from './commands/search.ts';
import { selectCommand } from './commands/select.ts';
import { similarCommand } from './commands/similar.ts';
import { splitCommand } from './commands/split.ts';
import { trainCommand } from './commands/train.ts';
import { viewsCommand } from './commands/views.ts';
import { ProgressPrinter } from './progressPrinter.ts';

const commands: readonly Command[] = [
  indexCommand,
  similarCommand,
  searchCommand,
  encodersCommand,
  evaluateCommand,
  labelCommand,
  labelsCommand,
  mapCommand,
  trainCommand,
  predictCommand,
  checkCommand,
  selectCommand,
  splitCommand,
  decideCommand,
  tagCommand,
  quarantineCommand,
  listCommand,
  viewsCommand,
  exportCommand,
  importCommand,
  doctorCommand,
];

/** Exit codes; 1 stands for findings, which a command tells of. */
const exit = { done: 0, usage: 2, failed: 3, interrupted: 130 } as const;

/** Runs one command line and resolves with its exit code. Results go to standard output, all else to standard error. */
export async function runCli(args: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const json = args.includes('--json');
  try {
    return await dispatch(args, json);
  } catch (error) {
    const failure = asLikenessError(error);
    const { code, message, path } = failure;
    if (json) print(JSON.stringify({ error: { code, message, ...(path === undefined ? {} : { path }) } }));
    console.error(toldOf(failure));
    if (isCancellation(failure)) return exit.interrupted;
    return code === ErrorCode.Usage ? exit.usage : exit.failed;
  }
}

async function dispatch(args: readonly string[], json: boolean): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === 'version') {
    print(version);
    return exit.done;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(overview());
    return exit.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw usage(`There is no command "${name}".\n\n${overview()}`);
  const invocation = parseInvocation(command, rest);
  if (invocation.flag('help')) {
    print(commandHelp(command));
    return exit.done;
  }
  const { json: document, lines, notes = [], exitCode = exit.done } = await execute(command, invocation);
  for (const note of notes) console.error(shownLine(`Note: ${note}`));
  print(json ? JSON.stringify(document) : lines.map(shownLine).join('\n'));
  return exitCode;
}

async function execute(command: Command, invocation: ReturnType<typeof parseInvocation>) {
  const abort = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (abort.signal.aborted) {
      // A second Ctrl+C means now, with the signal's own effect: leaving through Node would stop the inference thread
      // within a native call, which aborts.
      process.removeAllListeners(signal);
      liftMarks();
      process.kill(process.pid, signal);
    }
    abort.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // The terminal is gone, and nobody waits for what would be put in order.
  const hangUp = () => {
    liftMarks();
    process.removeListener('SIGHUP', hangUp);
    process.kill(process.pid, 'SIGHUP');
  };
  process.on('SIGHUP', hangUp);
  const engine = new Engine(engineOptions(invocation.text('provider'), threadsOf(invocation)));
  const printer = new ProgressPrinter(process.stderr);
  try {
    return await command.run(invocation, engine, { signal: abort.signal, report: printer.report });
  } finally {
    printer.end();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    process.off('SIGHUP', hangUp);
    await engine.dispose();
  }
}

/** How a command is used takes lines of its own, and so does where something unexpected has failed. */
function toldOf(failure: LikenessError): string {
  const { code, message } = failure;
  if (code === ErrorCode.Internal) return shownLines(failure.stack ?? message);
  return code === ErrorCode.Usage ? shownLines(message) : shownLine(message);
}

/** Undefined leaves the number to the environment, else to the machine. */
function threadsOf(invocation: Invocation): number | undefined {
  return invocation.text('threads') === undefined ? undefined : countOption(invocation, 'threads', 1);
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `Likeness ${version}: curate image datasets and inspect the encoders behind them.`,
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary.split('\n', 1)[0]!}`),
    '',
    'likeness COMMAND --help tells more. Exit codes: 0 done, 1 findings, 2 usage, 3 failed, 130 interrupted.',
  ].join('\n');
}

function print(text: string): void {
  if (text !== '') process.stdout.write(`${text}\n`);
}

import { readdirSync } from 'node:fs';
import { SetupError } from './nodeRelease.mjs';
import { run, runMain } from './processes.ts';
import { inProject, projectRoot } from './project.ts';

const suffix = '.bench.ts';

runMain(async () => {
  const names = readdirSync(inProject('test/bench'))
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || !names.includes(name)) {
    throw new SetupError(`Name a benchmark: npm run bench -- ${names.join(' | ')} [options].`);
  }
  const script = inProject('test/bench', name + suffix);
  const { code } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd: projectRoot,
    output: 'inherit',
  });
  return code;
});

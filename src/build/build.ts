import { parseArgs } from 'node:util';
import { buildForDevelopment, watchForDevelopment } from './builder.ts';
import { runMain } from './processes.ts';

runMain(async () => {
  const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
  await buildForDevelopment(console.error);
  if (values.watch) {
    await watchForDevelopment();
    console.error('Watching; Ctrl+C ends it.');
  }
  return undefined;
});

import { checks, passes } from './checks.ts';
import { runMain } from './processes.ts';

runMain(async () => {
  let failed = 0;
  for (const check of checks()) {
    console.error(`${check.name}: ${check.description}`);
    if (!(await passes(check))) failed += 1;
  }
  return failed === 0 ? 0 : 1;
});

import { checks, passes } from './checks.ts';
import { runMain } from './processes.ts';

runMain(async () => {
  const passed = await Promise.all(
    checks().map(async (check) => {
      const isGood = await passes(check);
      console.error(`${check.name}: ${check.description}: ${isGood ? 'ok' : 'NOT OK'}`);
      return isGood;
    }),
  );
  return passed.every(Boolean) ? 0 : 1;
});

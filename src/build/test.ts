import { parseArgs } from 'node:util';
import { SetupError } from './nodeRelease.mjs';
import { describe, runMain } from './processes.ts';
import { testStages } from './testStages.ts';

runMain(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const chosen = chooseStages(values.only);
  const start = Date.now();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of chosen) {
    const stageStart = Date.now();
    console.log(`\n${stage.name}: ${stage.description}`);
    const counts = await stage.run().catch((error: unknown) => {
      console.log(`  ${describe(error)}`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const seconds = Math.round((Date.now() - stageStart) / 1000);
    console.log(
      `${stage.name}: ${counts.failed === 0 ? `${counts.passed} ok` : `${counts.failed} NOT OK`} in ${seconds} s`,
    );
  }
  console.log(`\nAll of it took ${Math.round((Date.now() - start) / 1000)} s.`);
  console.log(summary(total));
  return total.failed === 0 ? 0 : 1;
});

function chooseStages(only: string | undefined) {
  const stages = testStages();
  if (only === undefined) return stages;
  const names = only.split(',');
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    const known = stages.map(({ name }) => name).join(', ');
    throw new SetupError(
      `There is no stage "${unknown}"; npm test -- --only takes some of ${known}, separated by commas.`,
    );
  }
  return stages.filter(({ name }) => names.includes(name));
}

function summary({ passed, failed, skipped }: { passed: number; failed: number; skipped: number }): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

import { parseArgs } from 'node:util';
import { SetupError } from './nodeRelease.mjs';
import { describe, runMain } from './processes.ts';
import { testStages, type TestStage } from './testStages.ts';
import type { TestCounts } from './testReport.ts';

runMain(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const chosen = chooseStages(values.only);
  const start = Date.now();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const group of grouped(chosen)) {
    console.log('');
    for (const { name, description } of group) console.log(`${name}: ${description}`);
    for (const counts of await Promise.all(group.map(runStage))) {
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
  }
  console.log(`\nAll of it took ${Math.round((Date.now() - start) / 1000)} s.`);
  console.log(summary(total));
  return total.failed === 0 ? 0 : 1;
});

async function runStage(stage: TestStage): Promise<TestCounts> {
  const start = Date.now();
  const counts = await stage.run().catch((error: unknown) => {
    console.log(`  ${describe(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  const seconds = Math.round((Date.now() - start) / 1000);
  const outcome = counts.failed === 0 ? `${counts.passed} ok` : `${counts.failed} NOT OK`;
  console.log(`${stage.name}: ${outcome} in ${seconds} s`);
  return counts;
}

/** The stages in their order, those together that run at once. */
function grouped(stages: readonly TestStage[]): readonly (readonly TestStage[])[] {
  const groups: TestStage[][] = [];
  for (const stage of stages) {
    const last = groups.at(-1);
    if (stage.isAlongside && last?.[0]?.isAlongside) last.push(stage);
    else groups.push([stage]);
  }
  return groups;
}

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

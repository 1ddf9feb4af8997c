import { availableParallelism, cpus } from 'node:os';

/** One line a figure, aligned, so that a run can be pasted into the README. */
export function printTable(title: string, rows: readonly (readonly [what: string, figure: string])[]): void {
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log(`\n${title} (${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version})`);
  for (const [what, figure] of rows) console.log(`  ${what.padEnd(width)}  ${figure}`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs `work` over all items, so many at once. Returns items per second. */
export async function throughput<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<number> {
  const iterator = items[Symbol.iterator]();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
    }),
  );
  return items.length / ((performance.now() - start) / 1000);
}
